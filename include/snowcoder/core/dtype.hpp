// SPDX-License-Identifier: Apache-2.0
// Element types: float, bfloat16 as the upper half of a float, and IEEE half. Arithmetic is always done in float.
#pragma once

#include <snowcoder/core/host_device.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder {

/// IEEE single without its low 16 bits; conversion rounds to nearest even, NaN stays NaN.
struct bfloat16 {
  std::uint16_t bits = 0;

  bfloat16() = default;
  SNOWCODER_HD constexpr explicit bfloat16(float value) : bits(rounded(value)) {}
  /// The bits of the nearest bfloat16.
  SNOWCODER_HD static constexpr std::uint16_t rounded(float value) {
    auto const u = __builtin_bit_cast(std::uint32_t, value);
    std::uint32_t const quiet = (u >> 16) | 0x40u, nearest = (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
    return std::uint16_t((u & 0x7fffffffu) > 0x7f800000u ? quiet : nearest);
  }
  SNOWCODER_HD constexpr explicit operator float() const { return __builtin_bit_cast(float, std::uint32_t(bits) << 16); }
  friend constexpr bool operator==(bfloat16, bfloat16) = default;
};

/// IEEE half: 11 bits of a value where bfloat16 keeps 8, up to 65504. Conversion rounds to nearest even, too large becomes
/// infinity, NaN stays NaN.
struct float16 {
  std::uint16_t bits = 0;

  float16() = default;
  SNOWCODER_HD constexpr explicit float16(float value) : bits(rounded(value)) {}
  /// The bits of the nearest half.
  SNOWCODER_HD static constexpr std::uint16_t rounded(float value) {
    auto const u = __builtin_bit_cast(std::uint32_t, value);
    auto const sign = std::uint16_t((u >> 16) & 0x8000u);
    std::uint32_t const rest = u & 0x7fffffffu;
    if (rest > 0x7f800000u) return std::uint16_t(sign | 0x7e00u);
    if (rest >= 0x477ff000u) return std::uint16_t(sign | 0x7c00u);
    if (rest >= 0x38800000u) return std::uint16_t(sign | ((rest - 0x38000000u + 0xfffu + ((rest >> 13) & 1u)) >> 13));
    if (rest < 0x33000000u) return sign;  // below half of the smallest subnormal
    std::uint32_t const shift = 126u - (rest >> 23), fraction = (rest & 0x7fffffu) | 0x800000u;
    std::uint32_t const kept = fraction >> shift, left = fraction & ((1u << shift) - 1u), half = 1u << (shift - 1u);
    return std::uint16_t(sign | (kept + (left > half || (left == half && (kept & 1u)))));
  }
  SNOWCODER_HD constexpr explicit operator float() const {
#if defined(__CUDA_ARCH__)
    if (!__builtin_is_constant_evaluated()) {
      float value;  // one instruction, instead of what stands below
      asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
      return value;
    }
#endif
    std::uint32_t const sign = std::uint32_t(bits & 0x8000u) << 16, exponent = (bits >> 10) & 31u, fraction = bits & 1023u;
    if (exponent == 0) return (sign ? -1.0f : 1.0f) * float(fraction) * 0x1.0p-24f;
    return __builtin_bit_cast(float, sign | (exponent == 31 ? 255u : exponent + 112u) << 23 | fraction << 13);
  }
  friend constexpr bool operator==(float16, float16) = default;
};

enum class dtype : std::uint8_t { f32, bf16, f16, i64, i32, u16, u8, i8, i16, u32, u64, f64, boolean };

constexpr std::size_t size_of(dtype d) {
  switch (d) {
    case dtype::i64:
    case dtype::u64:
    case dtype::f64:
      return 8;
    case dtype::f32:
    case dtype::u32:
    case dtype::i32:
      return 4;
    case dtype::u8:
    case dtype::i8:
    case dtype::boolean:
      return 1;
    default:
      return 2;
  }
}

/// The dtype of an element type: dtype_of<float> == dtype::f32.
template <class T>
inline constexpr dtype dtype_of = dtype::u8;
template <>
inline constexpr dtype dtype_of<float> = dtype::f32;
template <>
inline constexpr dtype dtype_of<bfloat16> = dtype::bf16;
template <>
inline constexpr dtype dtype_of<float16> = dtype::f16;
template <>
inline constexpr dtype dtype_of<std::int64_t> = dtype::i64;
template <>
inline constexpr dtype dtype_of<std::int32_t> = dtype::i32;
template <>
inline constexpr dtype dtype_of<std::uint16_t> = dtype::u16;

static_assert(float(bfloat16(1.0f)) == 1.0f && bfloat16(1.00390625f).bits == 0x3f80);  // ties go to even
static_assert(float16(1.0f).bits == 0x3c00 && float16(65504.0f).bits == 0x7bff && float16(65520.0f).bits == 0x7c00);
static_assert(float16(0x1.0p-24f).bits == 1 && float16(0x1.8p-24f).bits == 2 && float16(-2.0f).bits == 0xc000);
static_assert(float16(0x1p-25f).bits == 0 && float16(0x1.ff8p-15f).bits == 0x03ff && float16(0x1.ffcp-15f).bits == 0x0400);
static_assert(float(float16(-0.1f)) == -0x1.998p-4f && float(float16(0x1.8p-24f)) == 0x1p-23f);

}  // namespace snowcoder

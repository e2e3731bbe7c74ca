// SPDX-License-Identifier: Apache-2.0
// Element types: float, and bfloat16 as the upper half of a float. Arithmetic is always done in float.
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
inline constexpr dtype dtype_of<std::int64_t> = dtype::i64;
template <>
inline constexpr dtype dtype_of<std::int32_t> = dtype::i32;
template <>
inline constexpr dtype dtype_of<std::uint16_t> = dtype::u16;

static_assert(float(bfloat16(1.0f)) == 1.0f && bfloat16(1.00390625f).bits == 0x3f80);  // ties go to even

}  // namespace snowcoder

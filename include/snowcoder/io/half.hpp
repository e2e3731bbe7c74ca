// SPDX-License-Identifier: Apache-2.0
// Half precision as files hold it.
#pragma once

#include <cstdint>

namespace snowcoder::io {

/// Single to IEEE half, ties to even; too large becomes infinity, NaN stays NaN.
constexpr std::uint16_t float_to_half(float value) {
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
static_assert(float_to_half(1.0f) == 0x3c00 && float_to_half(65504.0f) == 0x7bff && float_to_half(65520.0f) == 0x7c00);
static_assert(float_to_half(0x1.0p-24f) == 1 && float_to_half(0x1.8p-24f) == 2 && float_to_half(-2.0f) == 0xc000);
static_assert(float_to_half(0x1p-25f) == 0 && float_to_half(0x1.ff8p-15f) == 0x03ff && float_to_half(0x1.ffcp-15f) == 0x0400);

}  // namespace snowcoder::io

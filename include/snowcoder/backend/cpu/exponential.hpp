// SPDX-License-Identifier: Apache-2.0
// exp in float as plain arithmetic, so that compilers vectorise loops around it and every element gets the same bits
// wherever it lies. Cephes' polynomial; at most 2 units in the last place from the exact value.
#pragma once

#include <cstdint>

namespace snowcoder::cpu {

/// e^x for x <= 88; below -87 the answer is e^-87.
inline float exponential(float x) {
  constexpr float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits
  x = x < -87.0f ? -87.0f : x;
  float const shifted = x * 1.44269504088896341f + shift;
  float const whole = shifted - shift;
  float const r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  return p * __builtin_bit_cast(float, (__builtin_bit_cast(std::uint32_t, shifted) + 127u) << 23);
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// 2^x on vectors: what softmax needs once its scale is multiplied by log2(e).
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

#include <cstdint>

namespace snowcoder::cpu {

/// 2^x for x <= 127, to 3 units in the last place; below -126 the answer is 2^-126. The polynomial is Taylor's, whose first
/// missing term is 1.2e-7 at a half.
inline float_lanes power_of_two(float_lanes x) {
  x = larger_of(x, broadcast(-126.0f));
  constexpr float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits
  auto const shifted = x + shift;
  auto const r = x - (shifted - shift);
  auto p = r * 1.5403530e-4f + 1.3333558e-3f;
  p = p * r + 9.6181291e-3f;
  p = p * r + 5.5504109e-2f;
  p = p * r + 2.4022651e-1f;
  p = p * r + 6.9314718e-1f;
  p = p * r + 1.0f;
  return float_lanes(int_lanes(p) + (int_lanes(shifted) << 23));
}

}  // namespace snowcoder::cpu

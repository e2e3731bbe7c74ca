// SPDX-License-Identifier: Apache-2.0
// 2^x on vectors: what softmax needs once its scale is multiplied by log2(e).
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

namespace snowcoder::cpu {

/// 2^x for x <= 126, with relative error 2e-7; next to 0 below -126. The polynomial is 2^x on [0, 1] within 7.5e-8.
__attribute__((always_inline)) inline float_lanes power_of_two(float_lanes x) {
  auto const r = fraction_of(x);
  auto p = r * 0.0018775766733710542f + 0.008989340094706927f;
  p = p * r + 0.05582631805004179f;
  p = p * r + 0.24015361704533453f;
  p = p * r + 0.6931530732000754f;
  p = p * r + 0.9999999250635297f;
  return scaled_by(p, x);
}

}  // namespace snowcoder::cpu

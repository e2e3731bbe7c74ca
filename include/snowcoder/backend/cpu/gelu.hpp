// SPDX-License-Identifier: Apache-2.0
// The Gaussian error linear unit with the exact erf, as BERT has it ("gelu", not "gelu_new"), on vectors: projection.hpp
// applies it while the sums are still in registers.   twin: backend/cpu/reference/gelu.hpp
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

namespace snowcoder::cpu {

/// erf in float as x P(x^2) / Q(x^2), fitted to erf(x)/x on [0, 4] with relative error 2.5e-8; with float's rounding 4e-7 at
/// most. Beyond 4 the answer is 1 in float.
__attribute__((always_inline)) inline float_lanes error_function(float_lanes x) {
  x = smaller_of(larger_of(x, broadcast(-4.0f)), broadcast(4.0f));
  auto const t = x * x;
  auto p = t * 1.986793904507067e-06f + 0.0002845639828592539f;
  p = p * t + 0.0038832672871649265f;
  p = p * t + 0.05310151353478432f;
  p = p * t + 0.19354328513145447f;
  p = p * t + 1.1283791065216064f;
  auto q = t * 3.7420191802084446e-05f + 0.0011855519842356443f;
  q = q * t + 0.015207099728286266f;
  q = q * t + 0.11534927040338516f;
  q = q * t + 0.5048558115959167f;
  q = q * t + 1.0f;
  return x * p * reciprocal(q);
}

/// v (1 + erf(v / sqrt 2)) / 2
__attribute__((always_inline)) inline float_lanes gelu(float_lanes v) {
  auto const half = v * 0.5f;
  return half + half * error_function(v * 0.70710678118654752f);
}

/// The same to 2e-4 for |v| <= 12, and 2e-5 |v| beyond: for results that bfloat16 or bytes carry on, at half the arithmetic.
/// The polynomial is that of v (Phi(v) - 1 / 2) on [0, 4], where Phi is the normal distribution.
__attribute__((always_inline)) inline float_lanes narrow_gelu(float_lanes v) {
  auto const x = smaller_of(larger_of(v, broadcast(-4.0f)), broadcast(4.0f)), t = x * x;
  auto p = t * 2.2781502906354945e-08f - 1.5986054222594248e-06f;
  p = p * t + 4.795557833858766e-05f;
  p = p * t - 0.0008140160352922976f;
  p = p * t + 0.008772390894591808f;
  p = p * t - 0.06457311660051346f;
  p = p * t + 0.3978833556175232f;
  return v * (x * p + 0.5f);
}

}  // namespace snowcoder::cpu

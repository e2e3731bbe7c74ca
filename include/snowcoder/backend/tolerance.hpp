// SPDX-License-Identifier: Apache-2.0
// How far a verb may lie from its twin (backend/cpu/reference/), for tests and for the self-test of programs. A bound is
// relative to the largest magnitude of the reference array unless it says otherwise; every looser bound has its reason beside
// it.
#pragma once

#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace snowcoder {

/// A bound for float, and one that counts roundings to bfloat16: float16 keeps three bits more, which is an eighth of it.
template <class T>
constexpr double bound_of(double of_float, double of_bfloat16) {
  return std::is_same_v<T, bfloat16> ? of_bfloat16 : std::is_same_v<T, float16> ? of_bfloat16 / 8 : of_float;
}

/// One verb against its twin. float16 has those of encoders.
template <class T>
struct verb_tolerance {
  static constexpr bool narrow = std::is_same_v<T, bfloat16>, bytes = std::is_same_v<T, std::int8_t>;
  // float: sums of some hundred products in another order. bfloat16: one rounding of the result is 2^-9 = 0.002 to 2^-8,
  // float16: 2^-12 to 2^-11 = 0.0005.
  static constexpr double matmul = bound_of<T>(2e-6, 4e-3);
  // Packed weights, whose rounding the twin shares. bfloat16: rows may be rounded too. float16: and the gelu that products know
  // is off by 5e-4 where it is about 2 (backend/cuda/projection.hpp). int8: a row's element on the edge between two bytes falls
  // to either side.
  static constexpr double projection = std::is_same_v<T, float16> ? 1e-3 : bytes ? 2e-3 : matmul;
  static constexpr double elementwise = bound_of<T>(2e-6, 4e-3);      // exponential() is good to 2 units; one rounding
  static constexpr double norm = bound_of<T>(4e-6, 8e-3);             // two roundings (before and after the weight)
  static constexpr double attention = bound_of<T>(4e-6, 1e-2);        // weights are rounded before they meet the values
  static constexpr double attention_backward = narrow ? 3e-2 : 2e-5;  // and p and dscores; sums of cancelling terms
  static constexpr double loss = 2e-6;                                // always float; log of a sum of exponentials
  static constexpr double dlogits = narrow ? 4e-3 : 1e-5;             // softmax from a loss that is itself rounded
  static constexpr double adamw = 2e-6;                               // always float; the twin is double
  static constexpr double moment = 8e-3;                              // one unit of bfloat16, where a draw is near the edge
};

/// The share of moments in bfloat16 whose draw may fall to either side of the edge: 2^-16 of a unit is a float's error.
inline constexpr double moments_to_either_side = 2e-3;

/// Largest difference, as a share of the largest magnitude in `expected` (at least `floor`).
template <class A, class B>
double distance(A const* actual, B const* expected, std::int64_t size, double floor = 1e-6) {
  double most = floor, apart = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    double const a = double(float(actual[i])), e = double(float(expected[i]));
    if (!std::isfinite(a) || !std::isfinite(e)) return INFINITY;
    most = std::max(most, std::abs(e));
    apart = std::max(apart, std::abs(a - e));
  }
  return apart / most;
}

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// How far two right answers may lie apart, by what is compared. A bound is relative to the largest magnitude of the
// reference array unless it says otherwise; every looser bound has its reason beside it.
#pragma once

#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace snowcoder::tests {

/// One verb against its twin.
template <class T>
struct tolerance {
  static constexpr bool narrow = std::is_same_v<T, bfloat16>, bytes = std::is_same_v<T, std::int8_t>;
  // float: sums of some hundred products in another order. bfloat16: one rounding of the result is 2^-9 = 0.002.
  static constexpr double matmul = narrow ? 4e-3 : 2e-6;
  static constexpr double elementwise = narrow ? 4e-3 : 2e-6;         // exponential() is good to 2 units; one rounding
  static constexpr double norm = narrow ? 8e-3 : 4e-6;                // two roundings (before and after the weight)
  static constexpr double attention = narrow ? 1e-2 : 4e-6;           // weights are rounded before they meet the values
  static constexpr double attention_backward = narrow ? 3e-2 : 2e-5;  // and p and dscores; sums of cancelling terms
  static constexpr double loss = 2e-6;                                // always float; log of a sum of exponentials
  static constexpr double dlogits = narrow ? 4e-3 : 1e-5;             // softmax from a loss that is itself rounded
  static constexpr double adamw = 2e-6;                               // always float; the twin is double

  // A whole decoder of two layers against transformers in float.
  // bfloat16 rounds each of ~14 intermediate results per layer to 2^-9: independent errors add up to a few per cent.
  static constexpr double decoder_logits = narrow ? 5e-2 : 5e-6;
  static constexpr double decoder_loss = narrow ? 2e-2 : 2e-6;      // of a mean loss, absolute in nats
  static constexpr double decoder_gradient = narrow ? 1e-1 : 1e-5;  // two passes, and sums over tokens that cancel
  // Packed weights, whose rounding the twin shares. bfloat16: rows may be rounded too. int8: a row's element on the edge
  // between two bytes falls to either side.
  static constexpr double projection = narrow ? 4e-3 : bytes ? 2e-3 : 2e-6;
  // An encoder of two layers with post-norms against transformers in float. bfloat16: weights, on some processors rows too,
  // are rounded to 2^-9. int8: rows and weights to 1 of 255 steps, and the tiny encoder's sums have 24 terms only.
  static constexpr double encoder = narrow ? 2e-2 : bytes ? 5e-2 : 5e-6;
  // The cache walks keys in another order than the tiled forward pass, in the same precision.
  static constexpr double cache = narrow ? 5e-2 : 5e-6;
};

/// Losses, norms and weights over twenty steps of AdamW, float: a step divides by small numbers, errors grow a little each.
inline constexpr double optimizer_steps = 1e-5;

/// Share of moments in bfloat16 that a draw rounds another way than in the twin: one in 2^16 lies so near the edge that the last
/// bit of a float sum decides, and sums differ by a few units.
inline constexpr double other_draws = 2e-4;

/// A central difference in float loses more than half its digits: relative to the derivative.
inline constexpr double finite_difference = 1e-3;

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

}  // namespace snowcoder::tests

// SPDX-License-Identifier: Apache-2.0
// How far two right answers may lie apart, by what is compared. A bound is relative to the largest magnitude of the
// reference array unless it says otherwise; every looser bound has its reason beside it.
#pragma once

#include <snowcoder/backend/tolerance.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cstdint>
#include <type_traits>

namespace snowcoder::tests {

using snowcoder::distance;

/// A verb against its twin, and whole models.
template <class T>
struct tolerance : verb_tolerance<T> {
  static constexpr bool narrow = std::is_same_v<T, bfloat16>, bytes = std::is_same_v<T, std::int8_t>;
  // A whole decoder of two layers against transformers in float.
  // bfloat16 rounds each of ~14 intermediate results per layer to 2^-9: independent errors add up to a few per cent.
  static constexpr double decoder_logits = narrow ? 5e-2 : 5e-6;
  static constexpr double decoder_loss = narrow ? 2e-2 : 2e-6;      // of a mean loss, absolute in nats
  static constexpr double decoder_gradient = narrow ? 1e-1 : 1e-5;  // two passes, and sums over tokens that cancel
  // An encoder of two layers with post-norms against transformers in float. bfloat16: weights, on some processors rows too,
  // are rounded to 2^-9; float16: to 2^-12. int8: rows and weights to 1 of 255 steps, and the tiny encoder's sums have 24 terms
  // only.
  static constexpr double encoder = bytes ? 5e-2 : bound_of<T>(5e-6, 2e-2);
  // The cache walks keys in another order than the tiled forward pass, in the same precision.
  static constexpr double cache = narrow ? 5e-2 : 5e-6;
};

/// Losses, norms and weights over twenty steps of AdamW, float: a step divides by small numbers, errors grow a little each.
inline constexpr double optimizer_steps = 1e-5;
/// The same in bfloat16, relative: roundings of activations differ between devices, and steps part a little more each.
inline constexpr double steps_in_bfloat16 = 1e-2;

/// Share of moments in bfloat16 that a draw rounds another way than in the twin: one in 2^16 lies so near the edge that the
/// last bit of a float sum decides, and sums differ by a few units.
inline constexpr double other_draws = 2e-4;

/// A central difference in float loses more than half its digits: relative to the derivative.
inline constexpr double finite_difference = 1e-3;

}  // namespace snowcoder::tests

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
  // The least cosine between an encoder's vector and that of float: an angle sees the squares of what elements are off by.
  static constexpr double encoder_cosine = std::is_same_v<T, float16> ? 0.99999 : 0.9995;
  // The cache walks keys in another order than the tiled forward pass, in the same precision.
  static constexpr double cache = narrow ? 5e-2 : 5e-6;
};

/// Losses, norms and weights over twenty steps of AdamW, float: a step divides by small numbers, errors grow a little each.
inline constexpr double optimizer_steps = 1e-5;
/// The same in bfloat16, relative: roundings of activations differ between devices, and steps part a little more each.
inline constexpr double steps_in_bfloat16 = 1e-2;
/// The gradient's norm in these steps: it has no mean over tokens in which what parts would cancel, as a loss has.
inline constexpr double norm_in_steps = 1e-3, norm_in_steps_in_bfloat16 = 1e-1;

/// Share of moments in bfloat16 that a draw rounds another way than in the twin: one in 2^16 lies so near the edge that the
/// last bit of a float sum decides, and sums differ by a few units.
inline constexpr double other_draws = 2e-4;

/// A sum of squares in double, of 200,000 values in another order.
inline constexpr double squares_in_double = 1e-12;

/// Functions of one number in float against double; 1.2e-7 is a unit in the last place, relative.
struct function_tolerance {
  static constexpr double exponential = 2.5e-7;      // relative: two units
  static constexpr double power_of_two = 4e-7;       // relative: its polynomial and its roundings are off by 2e-7 each
  static constexpr double error_function = 4e-7;     // absolute: what rounding a quotient of polynomials costs values up to 1
  static constexpr double narrow_gelu = 2e-4;        // absolute, for bfloat16 and bytes to carry on (backend/cpu/gelu.hpp)
  static constexpr double half_power_of_two = 2e-3;  // relative: four roundings to 2^-11
  static constexpr double swiglu_of_much = 1e-2;     // relative: where it is its argument, with two roundings to bfloat16
  // What stands for nothing.
  static constexpr float least_exponential = 2e-38f;       // e^-87, where arguments end, is 1.6e-38
  static constexpr float least_power_of_two = 3e-38f;      // 2^-126 is 1.2e-38
  static constexpr float least_half_power_of_two = 1e-7f;  // the smallest half is 6e-8
  static constexpr float least_swiglu = 1e-30f;            // 300 e^-300 in float
};

/// Rows as integers: how far a value may lie from its integer's, in steps, and what rounding the step costs the largest.
inline constexpr double half_a_step = 0.5 * (1 + 1e-3), of_the_largest = 1e-6;
/// A product of int8: of rows that have one value each nothing is lost but in the float sum; beside a value of 1000, those of a
/// hundredth are nothing.
inline constexpr float int8_of_equals = 1e-5f, int8_beside_a_giant = 0.03f;

/// A central difference in float loses more than half its digits: relative to the derivative.
inline constexpr double finite_difference = 1e-3;

}  // namespace snowcoder::tests

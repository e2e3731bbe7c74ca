// SPDX-License-Identifier: Apache-2.0
// Adam with decoupled decay over a flat array, moments in float or bfloat16, and the sum of squares that clipping needs.
// twin: backend/cpu/reference/adamw.hpp
#pragma once

#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/elementwise.hpp>
#include <snowcoder/backend/moment_rounding.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder::cpu {

namespace detail {

struct drawn_words;

/// One piece of a flat array; keep(i, mean, square) stores the moments of element i, which the weights see before that.
template <class Moment, class Keep>
void adamw_piece(float* w, Moment const* m, Moment const* v, float const* gradients, std::int64_t count, adamw_step s,
                 Keep keep) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    float const g = gradients[i] * s.gradient_scale;
    float const mean = s.beta1 * float(m[i]) + (1.0f - s.beta1) * g;
    float const square = s.beta2 * float(v[i]) + (1.0f - s.beta2) * g * g;
    keep(i, mean, square);
    w[i] = w[i] * s.keep - s.rate * mean / (std::sqrt(square) * s.inverse_sqrt + s.epsilon);
  }
}

}  // namespace detail

/// Updates weights and both moments in place. All arrays have `size` floats and do not overlap.
inline void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient,
                  std::int64_t size, adamw_step s) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    float *const m = first_moment + first, *const v = second_moment + first;
    detail::adamw_piece(weights + first, m, v, gradient + first, count, s,
                        [m, v](std::int64_t i, float mean, float square) { m[i] = mean, v[i] = square; });
  });
}

/// The same with moments in bfloat16 (backend/moment_rounding.hpp).
inline void adamw(device& d, float* weights, bfloat16* first_moment, bfloat16* second_moment, float const* gradient,
                  std::int64_t size, adamw_step s, moment_rounding rounding) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    auto const place = rounding.first + first, aside = place % 4;
    auto* const words = scratch<std::uint32_t, detail::drawn_words>(detail::flat_piece + 8);
    for (std::int64_t i = 0; i < aside + count; i += 4) {
      auto const four = rounding.group((place + i) / 4);
      for (int j = 0; j < 4; ++j) words[i + j] = four.word[j];
    }
    bfloat16 *const m = first_moment + first, *const v = second_moment + first;
    std::uint32_t const* const draws = words + aside;
    detail::adamw_piece(weights + first, m, v, gradient + first, count, s,
                        [m, v, draws](std::int64_t i, float mean, float square) {
                          m[i].bits = rounded_by_draw(mean, draws[i]);
                          v[i].bits = rounded_by_draw(square, draws[i] >> 16);
                        });
  });
}

/// The sum of squares in double: sixteen partial sums per piece, pieces added in order.
inline double sum_of_squares(device& d, float const* values, std::int64_t size) {
  std::vector<double> partial(std::size_t((size + detail::flat_piece - 1) / detail::flat_piece));
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    double lane[16] = {};
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16)
      for (int l = 0; l < 16; ++l) lane[l] += double(values[first + i + l]) * double(values[first + i + l]);
    double sum = 0;
    for (; i < count; ++i) sum += double(values[first + i]) * double(values[first + i]);
    for (double l : lane) sum += l;
    partial[std::size_t(first / detail::flat_piece)] = sum;
  });
  double sum = 0;
  for (double p : partial) sum += p;
  return sum;
}

}  // namespace snowcoder::cpu

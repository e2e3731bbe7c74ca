// SPDX-License-Identifier: Apache-2.0
// Adam with decoupled decay over a flat array, and the sum of squares that clipping needs.
// twin: backend/cpu/reference/adamw.hpp
#pragma once

#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/cpu/elementwise.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder::cpu {

/// Updates weights and both moments in place. All arrays have `size` floats and do not overlap.
inline void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient,
                  std::int64_t size, adamw_step s) {
  detail::for_each_piece(d, size, [&](std::int64_t first, std::int64_t count) {
    float *w = weights + first, *m = first_moment + first, *v = second_moment + first;
    float const* gradients = gradient + first;
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      float const g = gradients[i] * s.gradient_scale;
      float const mean = s.beta1 * m[i] + (1.0f - s.beta1) * g, square = s.beta2 * v[i] + (1.0f - s.beta2) * g * g;
      m[i] = mean;
      v[i] = square;
      w[i] = w[i] * s.keep - s.rate * mean / (std::sqrt(square) * s.inverse_sqrt + s.epsilon);
    }
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

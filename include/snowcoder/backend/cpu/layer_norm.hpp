// SPDX-License-Identifier: Apache-2.0
// Layer normalisation of a sum, as it stands behind every half of a BERT block; mean and variance in float.
// twin: backend/cpu/reference/layer_norm.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace snowcoder::cpu {

/// y = norm(x + residual) * weight + bias, per row. x, residual, y (rows, columns), y may be either of them; weight, bias
/// (columns) float.
template <class T>
void layer_norm(device& d, matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight,
                float const* bias, float epsilon) {
  constexpr std::int64_t piece = 64;
  auto const columns = x.columns;
  d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
    float* const sums = scratch<float, 4>(columns);
    for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i) {
      T const *a = x.row(i), *b = residual.row(i);
      T* to = y.row(i);
      float total = 0, squares = 0;
#pragma omp simd reduction(+ : total)
      for (std::int64_t j = 0; j < columns; ++j) total += sums[j] = float(a[j]) + float(b[j]);
      float const mean = total / float(columns);
#pragma omp simd reduction(+ : squares)
      for (std::int64_t j = 0; j < columns; ++j) squares += (sums[j] - mean) * (sums[j] - mean);
      float const inverse = 1.0f / std::sqrt(squares / float(columns) + epsilon);
#pragma omp simd
      for (std::int64_t j = 0; j < columns; ++j) to[j] = T((sums[j] - mean) * inverse * weight[j] + bias[j]);
    }
  });
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// Root-mean-square normalisation, forward and backward, one row after the other in pieces of 64 rows.
// twin: backend/cpu/reference/rms_norm.hpp
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {
/// Rows per piece: partial sums of the weight's gradient are formed per piece and added in order.
inline constexpr std::int64_t norm_piece = 64;

template <class T>
float inverse_rms(T const* x, std::int64_t columns, float epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < columns; ++j) sum += float(x[j]) * float(x[j]);
  return 1.0f / std::sqrt(sum / float(columns) + epsilon);
}
}  // namespace detail

/// y = T(x / rms(x)) * weight, per row; the order of rounding is Hugging Face's. x, y (rows, columns); weight (columns).
template <class T>
void rms_norm(device& d, matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  d.for_each_row(x.rows, detail::norm_piece, [&](std::int64_t i) {
    T const* from = x.row(i);
    T* to = y.row(i);
    float const inverse = detail::inverse_rms(from, x.columns, epsilon);
#pragma omp simd
    for (std::int64_t j = 0; j < x.columns; ++j) store(to[j], rounded_as<T>(float(from[j]) * inverse) * float(weight[j]));
  });
}

/// Adds the gradient of the input to dx and of the weight to dweight (float, columns).
template <class T>
void rms_norm_backward(device& d, matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x,
                       T const* weight, float epsilon) {
  constexpr auto piece = detail::norm_piece;
  auto const pieces = (x.rows + piece - 1) / piece, columns = x.columns;
  buffer<float> partial(pieces * columns);
  d.for_each(pieces, [&](std::int64_t p) {
    float* sums = partial.data() + p * columns;
    for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i) {
      T const *in = x.row(i), *upstream = dy.row(i);
      T* out = dx.row(i);
      float const inverse = detail::inverse_rms(in, columns, epsilon);
      float dot = 0;
#pragma omp simd reduction(+ : dot)
      for (std::int64_t j = 0; j < columns; ++j) dot += float(upstream[j]) * float(weight[j]) * (float(in[j]) * inverse);
      float const mean = dot / float(columns);
#pragma omp simd
      for (std::int64_t j = 0; j < columns; ++j) {
        float const h = float(in[j]) * inverse, up = float(upstream[j]);
        sums[j] += up * h;
        store(out[j], float(out[j]) + inverse * (up * float(weight[j]) - h * mean));
      }
    }
  });
  for (std::int64_t p = 0; p < pieces; ++p)
    for (std::int64_t j = 0; j < columns; ++j) dweight[j] += partial.data()[p * columns + j];
}

}  // namespace snowcoder::cpu

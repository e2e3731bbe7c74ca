// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of rms_norm.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/backend/cuda/rms_norm.hpp>

namespace snowcoder::cuda {

namespace detail {

inline constexpr int norm_piece = 64;  // rows whose share of the weight's gradient is one sum

/// 1 / sqrt(mean(x^2) + epsilon) of a row, in every lane of its warp.
template <int N, class T>
__device__ inline float inverse_rms_of_warp(T const* x, std::int64_t columns, float epsilon) {
  float sum = 0;
  for (auto j = std::int64_t(lane_of_warp()) * N; j < columns; j += 32 * N) {
    auto const in = load<N>(x + j);
    for (int i = 0; i < N; ++i) sum += float(in.at[i]) * float(in.at[i]);
  }
  return rsqrtf(sum_of_lanes(sum) / float(columns) + epsilon);
}

/// One warp per row. The row is read twice; the second read hits the cache.
template <class T, int N>
__global__ void rms_norm_warp_per_row(matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  auto const row = warp_of_grid();
  if (row >= x.rows) return;
  float const inverse = inverse_rms_of_warp<N>(x.row(row), x.columns, epsilon);
  for (auto j = std::int64_t(lane_of_warp()) * N; j < x.columns; j += 32 * N) {
    auto const in = load<N>(x.row(row) + j), w = load<N>(weight + j);
    pack<T, N> out;
    for (int i = 0; i < N; ++i) out.at[i] = nearest<T>(float(nearest<T>(float(in.at[i]) * inverse)) * float(w.at[i]));
    store<N>(y.row(row) + j, out);
  }
}

/// dx += inverse * (g - h * mean(g * h)) with h = x * inverse and g = dy * weight; one warp per row. Leaves `inverses`.
template <class T, int N>
__global__ void rms_norm_input_gradient(matrix_view<T> dx, float* inverses, matrix_view<T const> dy, matrix_view<T const> x,
                                        T const* weight, float epsilon) {
  auto const row = warp_of_grid();
  if (row >= x.rows) return;
  float const inverse = inverse_rms_of_warp<N>(x.row(row), x.columns, epsilon);
  auto const start = std::int64_t(lane_of_warp()) * N;
  float dot = 0;
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const in = load<N>(x.row(row) + j), up = load<N>(dy.row(row) + j), w = load<N>(weight + j);
    for (int i = 0; i < N; ++i) dot += float(up.at[i]) * float(w.at[i]) * (float(in.at[i]) * inverse);
  }
  float const mean = sum_of_lanes(dot) / float(x.columns);
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const in = load<N>(x.row(row) + j), up = load<N>(dy.row(row) + j), w = load<N>(weight + j);
    auto out = load<N>(dx.row(row) + j);
    for (int i = 0; i < N; ++i)
      out.at[i] =
          nearest<T>(float(out.at[i]) + inverse * (float(up.at[i]) * float(w.at[i]) - float(in.at[i]) * inverse * mean));
    store<N>(dx.row(row) + j, out);
  }
  if (lane_of_warp() == 0) inverses[row] = inverse;
}

/// partial(p) = sum of dy * h over the rows of piece p; one thread per column.
template <class T>
__global__ void rms_norm_weight_pieces(matrix_view<float> partial, float const* inverses, matrix_view<T const> dy,
                                       matrix_view<T const> x) {
  auto const [p, j] = place_in_strips(x.columns);
  if (j >= x.columns) return;
  auto const end = (p + 1) * norm_piece < x.rows ? (p + 1) * norm_piece : x.rows;
  float sum = 0;
  for (auto i = p * norm_piece; i < end; ++i) sum += float(dy.row(i)[j]) * (float(x.row(i)[j]) * inverses[i]);
  partial.row(p)[j] = sum;
}

/// out += the rows of `partial`, in order; one thread per column.
static __global__ void add_rows_in_order(float* out, matrix_view<float> partial) {
  auto const j = thread_of_grid();
  if (j >= partial.columns) return;
  float sum = out[j];
  for (std::int64_t p = 0; p < partial.rows; ++p) sum += partial.row(p)[j];
  out[j] = sum;
}

}  // namespace detail

template <class T>
void rms_norm(device& d, matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(y, x) && detail::aligned<n>(weight, n, n);
  launch(d, "rms_norm", warp_each(x.rows), wide ? &detail::rms_norm_warp_per_row<T, n> : &detail::rms_norm_warp_per_row<T, 1>,
         y, x, weight, epsilon);
}

template <class T>
void rms_norm_backward(device& d, matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x,
                       T const* weight, float epsilon) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(dx, dy, x) && detail::aligned<n>(weight, n, n);
  auto const pieces = pieces_of(x.rows, detail::norm_piece);
  auto* const inverses = d.scratch<float>(0, x.rows);
  matrix_view<float> const partial(d.scratch<float>(1, pieces * x.columns), pieces, x.columns);
  launch(d, "rms_norm_backward", warp_each(x.rows),
         wide ? &detail::rms_norm_input_gradient<T, n> : &detail::rms_norm_input_gradient<T, 1>, dx, inverses, dy, x, weight,
         epsilon);
  launch(d, "rms_norm_backward", strips_of_rows(pieces, x.columns), &detail::rms_norm_weight_pieces<T>, partial, inverses, dy,
         x);
  launch(d, "rms_norm_backward", thread_each(x.columns), &detail::add_rows_in_order, dweight, partial);
}

}  // namespace snowcoder::cuda

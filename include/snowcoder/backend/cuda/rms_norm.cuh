// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of rms_norm.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/backend/cuda/rms_norm.hpp>
#include <snowcoder/backend/cuda/rms_norm_held.cuh>
#include <snowcoder/config/device_memory.hpp>

namespace snowcoder::cuda {

namespace detail {

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
__global__ void rms_norm_weight_pieces(matrix_view<float> partial, float const* inverses, int piece, matrix_view<T const> dy,
                                       matrix_view<T const> x) {
  auto const [p, j] = place_in_strips(x.columns);
  if (j >= x.columns) return;
  auto const end = (p + 1) * piece < x.rows ? (p + 1) * piece : x.rows;
  float sum = 0;
  for (auto i = p * piece; i < end; ++i) sum += float(dy.row(i)[j]) * (float(x.row(i)[j]) * inverses[i]);
  partial.row(p)[j] = sum;
}

/// out += the rows of `partial`: blockDim.x / 32 threads share a column, each has every so-manieth row, and they are added in
/// their order.
static __global__ void add_rows_of(float* out, matrix_view<float> partial) {
  __shared__ float parts[32][warp_width];
  int const sharers = int(blockDim.x) / warp_width, mine = int(threadIdx.x) / warp_width, lane = lane_of_warp();
  auto const j = std::int64_t(blockIdx.x) * warp_width + lane;
  constexpr int together = 16;  // reads that are under way at the same time
  float sum = 0;
  if (j < partial.columns)
    for (std::int64_t p = mine; p < partial.rows; p += together * sharers) {
      float values[together];
#pragma unroll
      for (int i = 0; i < together; ++i) {
        auto const row = p + std::int64_t(i) * sharers;
        values[i] = row < partial.rows ? partial.row(row)[j] : 0.0f;
      }
#pragma unroll
      for (int i = 0; i < together; ++i) sum += values[i];
    }
  parts[mine][lane] = sum;
  __syncthreads();
  if (mine > 0 || j >= partial.columns) return;
  sum = out[j];
  for (int s = 0; s < sharers; ++s) sum += parts[s][lane];
  out[j] = sum;
}

}  // namespace detail

template <class T>
void rms_norm(device& d, matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(y, x) && detail::aligned<n>(weight, n, n);
  auto* const kernel = !wide                          ? &detail::rms_norm_warp_per_row<T, 1>
                       : x.columns <= 16 * warp_width ? &detail::rms_norm_held<T, n, 16>
                       : x.columns <= 64 * warp_width ? &detail::rms_norm_held<T, n, 64>
                                                      : &detail::rms_norm_warp_per_row<T, n>;
  launch(d, "rms_norm", warp_each(x.rows), kernel, y, x, weight, epsilon);
}

template <class T>
void rms_norm_backward(device& d, matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x,
                       T const* weight, float epsilon) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(dx, dy, x) && detail::aligned<n>(weight, n, n);
  auto const threads = pieces_of(x.columns, n * warp_width) * warp_width;  // if each has n columns
  bool const held = wide && threads <= 1024;
  int const piece = held ? int(config::norm_gradient_rows) : 64;  // rows whose share of the weight's gradient is one sum
  auto const pieces = pieces_of(x.rows, piece);
  matrix_view<float> const partial(d.scratch<float>(1, pieces * x.columns), pieces, x.columns);
  if (held) {
    launch(d, "rms_norm_backward", {pieces, int(threads)}, &detail::rms_norm_gradients_held<T, n>, dx, partial, piece, dy, x,
           weight, epsilon);
  } else {
    auto* const inverses = d.scratch<float>(0, x.rows);
    launch(d, "rms_norm_backward", warp_each(x.rows),
           wide ? &detail::rms_norm_input_gradient<T, n> : &detail::rms_norm_input_gradient<T, 1>, dx, inverses, dy, x, weight,
           epsilon);
    launch(d, "rms_norm_backward", strips_of_rows(pieces, x.columns), &detail::rms_norm_weight_pieces<T>, partial, inverses,
           piece, dy, x);
  }
  if (pieces > 0)
    launch(d, "rms_norm_backward", {pieces_of(x.columns, warp_width), 1024}, &detail::add_rows_of, dweight, partial);
}

}  // namespace snowcoder::cuda

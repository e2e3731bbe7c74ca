// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of layer_norm.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/layer_norm.hpp>
#include <snowcoder/backend/cuda/reduce.cuh>

#include <cstdint>

namespace snowcoder::cuda {

namespace detail {

/// N elements of x, with those of the residual where there is one.
template <int N, class T>
__device__ inline pack<float, N> sum_at(matrix_view<T const> x, matrix_view<T const> residual, std::int64_t row,
                                        std::int64_t j) {
  auto const a = load<N>(x.row(row) + j);
  pack<float, N> sum;
#pragma unroll
  for (int i = 0; i < N; ++i) sum.at[i] = float(a.at[i]);
  if (residual.data) {
    auto const b = load<N>(residual.row(row) + j);
#pragma unroll
    for (int i = 0; i < N; ++i) sum.at[i] += float(b.at[i]);
  }
  return sum;
}

template <class T, int N>
__device__ inline void store_normalised(T* to, pack<float, N> const& sum, float mean, float inverse, float const* weight,
                                        float const* bias) {
  auto const w = load<N>(weight), b = load<N>(bias);
  pack<T, N> out;
#pragma unroll
  for (int i = 0; i < N; ++i) out.at[i] = nearest<T>((sum.at[i] - mean) * inverse * w.at[i] + b.at[i]);
  store<N>(to, out);
}

/// One warp per row, for rows of any width: the row is read three times, from the cache but for the first. Each lane reads an
/// element before it writes it, so y may be an input.
template <class T, int N>
__global__ void layer_norm_warp_per_row(matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual,
                                        float const* weight, float const* bias, float epsilon) {
  auto const row = warp_of_grid();
  if (row >= x.rows) return;
  auto const start = std::int64_t(lane_of_warp()) * N;
  float sum = 0, squares = 0;
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const v = sum_at<N>(x, residual, row, j);
    for (int i = 0; i < N; ++i) sum += v.at[i];
  }
  float const mean = sum_of_lanes(sum) / float(x.columns);
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const v = sum_at<N>(x, residual, row, j);
    for (int i = 0; i < N; ++i) squares += (v.at[i] - mean) * (v.at[i] - mean);
  }
  float const inverse = rsqrtf(sum_of_lanes(squares) / float(x.columns) + epsilon);
  for (auto j = start; j < x.columns; j += 32 * N)
    store_normalised<T, N>(y.row(row) + j, sum_at<N>(x, residual, row, j), mean, inverse, weight + j, bias + j);
}

/// The same for rows that fit into registers, `Held` elements in a lane: each element is read once, all reads of a row are
/// under way at the same time.
template <class T, int N, int Held>
__global__ void layer_norm_held(matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight,
                                float const* bias, float epsilon) {
  constexpr int packs = Held / N;
  auto const row = warp_of_grid(), columns = x.columns;
  if (row >= x.rows) return;
  auto const column = [](int p) { return (std::int64_t(p) * warp_width + lane_of_warp()) * N; };
  pack<float, N> held[packs];
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns) held[p] = sum_at<N>(x, residual, row, column(p));
  float sum = 0, squares = 0;
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns)
      for (int i = 0; i < N; ++i) sum += held[p].at[i];
  float const mean = sum_of_lanes(sum) / float(columns);
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns)
      for (int i = 0; i < N; ++i) squares += (held[p].at[i] - mean) * (held[p].at[i] - mean);
  float const inverse = rsqrtf(sum_of_lanes(squares) / float(columns) + epsilon);
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns)
      store_normalised<T, N>(y.row(row) + column(p), held[p], mean, inverse, weight + column(p), bias + column(p));
}

/// One thread per section and column.
template <class T>
__global__ void mean_of_rows(matrix_view<T> out, matrix_view<T const> x, std::int64_t const* offsets) {
  auto const [s, j] = place_in_strips(out.columns);
  if (j >= out.columns) return;
  float sum = 0;
  for (auto i = offsets[s]; i < offsets[s + 1]; ++i) sum += float(x.row(i)[j]);
  out.row(s)[j] = nearest<T>(sum / float(offsets[s + 1] - offsets[s]));
}

}  // namespace detail

template <class T>
void layer_norm(device& d, matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight,
                float const* bias, float epsilon) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(y, x) && (!residual.data || detail::all_aligned<n>(residual)) &&
                    detail::aligned<n>(weight, n, n) && detail::aligned<n>(bias, n, n);
  auto* const kernel = !wide                          ? &detail::layer_norm_warp_per_row<T, 1>
                       : x.columns <= 16 * warp_width ? &detail::layer_norm_held<T, n, 16>
                       : x.columns <= 32 * warp_width ? &detail::layer_norm_held<T, n, 32>
                                                      : &detail::layer_norm_warp_per_row<T, n>;
  launch(d, "layer_norm", warp_each(x.rows), kernel, y, x, residual, weight, bias, epsilon);
}

template <class T>
void layer_norm(device& d, matrix_view<T> y, matrix_view<T const> x, float const* weight, float const* bias, float epsilon) {
  layer_norm(d, y, x, matrix_view<T const>(nullptr, 0, 0), weight, bias, epsilon);
}

template <class T>
void mean_rows(device& d, matrix_view<T> out, matrix_view<T const> x, std::int64_t const* offsets) {
  if (out.rows == 0) return;
  auto* const on_device = d.scratch<std::int64_t>(0, out.rows + 1);
  upload(d, on_device, offsets, out.rows + 1);
  launch(d, "mean_rows", strips_of_rows(out.rows, out.columns), &detail::mean_of_rows<T>, out, x, on_device);
}

}  // namespace snowcoder::cuda

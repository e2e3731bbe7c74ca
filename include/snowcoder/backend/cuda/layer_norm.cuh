// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of layer_norm.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/layer_norm.hpp>
#include <snowcoder/backend/cuda/reduce.cuh>

namespace snowcoder::cuda {

namespace detail {

/// One warp per row; the row is read three times, from the cache but for the first. Each lane reads an element before it
/// writes it, so y may be an input.
template <int N>
__global__ void layer_norm_warp_per_row(matrix_view<float> y, matrix_view<float const> x, matrix_view<float const> residual,
                                        float const* weight, float const* bias, float epsilon) {
  auto const row = warp_of_grid();
  if (row >= x.rows) return;
  auto const start = std::int64_t(lane_of_warp()) * N;
  float sum = 0, squares = 0;
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const a = load<N>(x.row(row) + j), b = load<N>(residual.row(row) + j);
    for (int i = 0; i < N; ++i) sum += a.at[i] + b.at[i];
  }
  float const mean = sum_of_lanes(sum) / float(x.columns);
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const a = load<N>(x.row(row) + j), b = load<N>(residual.row(row) + j);
    for (int i = 0; i < N; ++i) squares += (a.at[i] + b.at[i] - mean) * (a.at[i] + b.at[i] - mean);
  }
  float const inverse = rsqrtf(sum_of_lanes(squares) / float(x.columns) + epsilon);
  for (auto j = start; j < x.columns; j += 32 * N) {
    auto const a = load<N>(x.row(row) + j), b = load<N>(residual.row(row) + j);
    pack<float, N> out;
    for (int i = 0; i < N; ++i) out.at[i] = (a.at[i] + b.at[i] - mean) * inverse * weight[j + i] + bias[j + i];
    store<N>(y.row(row) + j, out);
  }
}

/// One thread per section and column.
static __global__ void mean_of_rows(matrix_view<float> out, matrix_view<float const> x, std::int64_t const* offsets) {
  auto const [s, j] = place_in_strips(out.columns);
  if (j >= out.columns) return;
  float sum = 0;
  for (auto i = offsets[s]; i < offsets[s + 1]; ++i) sum += x.row(i)[j];
  out.row(s)[j] = sum / float(offsets[s + 1] - offsets[s]);
}

}  // namespace detail

void layer_norm(device& d, matrix_view<float> y, matrix_view<float const> x, matrix_view<float const> residual,
                float const* weight, float const* bias, float epsilon) {
  constexpr int n = detail::widest<float>;
  bool const wide = detail::all_aligned<n>(y, x, residual);
  launch(d, "layer_norm", warp_each(x.rows), wide ? &detail::layer_norm_warp_per_row<n> : &detail::layer_norm_warp_per_row<1>,
         y, x, residual, weight, bias, epsilon);
}

void mean_rows(device& d, matrix_view<float> out, matrix_view<float const> x, std::int64_t const* offsets) {
  if (out.rows == 0) return;
  auto* const on_device = d.scratch<std::int64_t>(0, out.rows + 1);
  upload(d, on_device, offsets, out.rows + 1);
  launch(d, "mean_rows", strips_of_rows(out.rows, out.columns), &detail::mean_of_rows, out, x, on_device);
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Kernels of rms_norm.hpp for rows that fit into registers: each element is read once. rms_norm.cuh's take rows of any width.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>

#include <cstdint>

namespace snowcoder::cuda::detail {

/// One warp per row, `Held` elements of it in a lane: all reads of a row are under way at the same time.
template <class T, int N, int Held>
__global__ void rms_norm_held(matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  constexpr int packs = Held / N;
  auto const row = warp_of_grid(), columns = x.columns;
  if (row >= x.rows) return;
  auto const column = [](int p) { return (std::int64_t(p) * warp_width + lane_of_warp()) * N; };
  pack<T, N> in[packs];
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns) in[p] = load<N>(x.row(row) + column(p));
  float sum = 0;
#pragma unroll
  for (int p = 0; p < packs; ++p)
    if (column(p) < columns)
      for (int e = 0; e < N; ++e) sum += float(in[p].at[e]) * float(in[p].at[e]);
  float const inverse = rsqrtf(sum_of_lanes(sum) / float(columns) + epsilon);
#pragma unroll
  for (int p = 0; p < packs; ++p) {
    if (column(p) >= columns) continue;
    auto const w = load<N>(weight + column(p));
    pack<T, N> out;
    for (int e = 0; e < N; ++e) out.at[e] = nearest<T>(float(nearest<T>(float(in[p].at[e]) * inverse)) * float(w.at[e]));
    store<N>(y.row(row) + column(p), out);
  }
}

/// Over a warp's part of a row: x^2, and x * dy * weight.
struct row_sums {
  float squares, products;
};

/// dx += inverse * (g - h * mean(g * h)) with h = x * inverse and g = dy * weight, and partial(p) = the sum of dy * h over the
/// rows of block p. A thread has N columns of every row; the next row is on its way while this one is added up.
template <class T, int N>
__global__ void __launch_bounds__(1024)
    rms_norm_gradients_held(matrix_view<T> dx, matrix_view<float> partial, int piece, matrix_view<T const> dy,
                            matrix_view<T const> x, T const* weight, float epsilon) {
  __shared__ row_sums parts[2][32];  // of a row and the next, by warp
  auto const first = std::int64_t(blockIdx.x) * piece, end = first + piece < x.rows ? first + piece : x.rows;
  auto const j = std::int64_t(threadIdx.x) * N;
  bool const here = j < x.columns;
  float const width = float(x.columns);
  pack<T, N> w = {}, in = {}, up = {}, old = {};
  auto const read = [&](std::int64_t row) {
    if (!here || row >= end) return;
    in = load<N>(x.row(row) + j);
    up = load<N>(dy.row(row) + j);
    old = load<N>(dx.row(row) + j);
  };
  if (here) w = load<N>(weight + j);
  read(first);
  float sums[N] = {};
  for (auto row = first; row < end; ++row) {
    auto const h = in, above = up, before = old;
    read(row + 1);
    float squares = 0, products = 0;
#pragma unroll
    for (int e = 0; e < N; ++e) {
      squares += float(h.at[e]) * float(h.at[e]);
      products += float(above.at[e]) * float(w.at[e]) * float(h.at[e]);
    }
    auto& mine = parts[(row - first) % 2];  // a thread that is a row ahead writes to the other half
    squares = sum_of_lanes(squares);
    products = sum_of_lanes(products);
    if (lane_of_warp() == 0) mine[threadIdx.x / warp_width] = {squares, products};
    __syncthreads();
    squares = products = 0;
    for (unsigned warp = 0; warp < blockDim.x / warp_width; ++warp) {
      squares += mine[warp].squares;
      products += mine[warp].products;
    }
    float const inverse = rsqrtf(squares / width + epsilon), mean = products * inverse / width;
    pack<T, N> out;
#pragma unroll
    for (int e = 0; e < N; ++e) {
      float const unit = float(h.at[e]) * inverse, gradient = float(above.at[e]);
      out.at[e] = nearest<T>(float(before.at[e]) + inverse * (gradient * float(w.at[e]) - unit * mean));
      sums[e] += gradient * unit;
    }
    if (here) store<N>(dx.row(row) + j, out);
  }
  if (here)
    for (int e = 0; e < N; ++e) partial.row(blockIdx.x)[j + e] = sums[e];
}

}  // namespace snowcoder::cuda::detail

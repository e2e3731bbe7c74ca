// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of embed.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/embed.hpp>
#include <snowcoder/backend/cuda/launch.cuh>

namespace snowcoder::cuda {

namespace detail {

template <class T, int N>
__global__ void gather_rows(matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids) {
  auto const [i, p] = place_in_strips(out.columns / N);
  if (p * N < out.columns) store<N>(out.row(i) + p * N, load<N>(table.row(ids[i]) + p * N));
}

/// sorted[rank] = row, by id, then by row: a thread finds the rank of its row by counting the rows that come before it. Work
/// grows with the square of the rows, but at the rows of a micro-batch it is less than a sort's passes over memory.
static __global__ void rank_rows(std::int32_t* sorted, std::int32_t const* ids, std::int64_t rows) {
  __shared__ std::int32_t others[block_threads];
  auto const row = thread_of_grid();
  auto const id = row < rows ? ids[row] : 0;
  std::int64_t rank = 0;
  for (std::int64_t first = 0; first < rows; first += block_threads) {
    __syncthreads();
    if (first + threadIdx.x < rows) others[threadIdx.x] = ids[first + threadIdx.x];
    __syncthreads();
    auto const count = rows - first < block_threads ? rows - first : block_threads;
    for (int j = 0; j < count; ++j) rank += others[j] < id || (others[j] == id && first + j < row);
  }
  if (row < rows) sorted[rank] = std::int32_t(row);
}

/// The block of the first row of each id adds all of its rows to the table.
template <class T>
__global__ void add_rows_by_id(matrix_view<float> table, matrix_view<T const> rows, std::int32_t const* ids,
                               std::int32_t const* sorted) {
  auto const place = std::int64_t(blockIdx.x);
  auto const id = ids[sorted[place]];
  if (place > 0 && ids[sorted[place - 1]] == id) return;
  auto end = place + 1;
  while (end < rows.rows && ids[sorted[end]] == id) ++end;
  for (std::int64_t j = threadIdx.x; j < rows.columns; j += blockDim.x) {
    float sum = table.row(id)[j];
    for (auto p = place; p < end; ++p) sum += float(rows.row(sorted[p])[j]);
    table.row(id)[j] = sum;
  }
}

}  // namespace detail

template <class T>
void embed(device& d, matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(out, table);
  launch(d, "embed", strips_of_rows(out.rows, out.columns / (wide ? n : 1)),
         wide ? &detail::gather_rows<T, n> : &detail::gather_rows<T, 1>, out, table, ids);
}

template <class T>
void embed_backward(device& d, matrix_view<float> dtable, matrix_view<T const> dout, std::int32_t const* ids) {
  auto* const sorted = d.scratch<std::int32_t>(0, dout.rows);
  launch(d, "embed_backward", thread_each(dout.rows), &detail::rank_rows, sorted, ids, dout.rows);
  launch(d, "embed_backward", block_each(dout.rows), &detail::add_rows_by_id<T>, dtable, dout, ids, sorted);
}

}  // namespace snowcoder::cuda

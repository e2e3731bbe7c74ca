// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of cross_entropy.hpp: one block per row.
#pragma once

#include <snowcoder/backend/cuda/cross_entropy.hpp>
#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>

namespace snowcoder::cuda {

namespace detail {

/// One pass: a thread keeps the largest element so far and the sum relative to it.
template <int N>
__global__ void cross_entropy_block_per_row(float* losses, matrix_view<float const> logits, std::int32_t const* targets) {
  auto const row = std::int64_t(blockIdx.x);
  float const* const x = logits.row(row);
  float most = -3e38f, sum = 0;
  for (auto j = std::int64_t(threadIdx.x) * N; j < logits.columns; j += std::int64_t(blockDim.x) * N) {
    auto const in = load<N>(x + j);
    float here = in.at[0];
    for (int e = 1; e < N; ++e) here = fmaxf(here, in.at[e]);
    if (here > most) {
      sum *= expf(most - here);
      most = here;
    }
    for (int e = 0; e < N; ++e) sum += expf(in.at[e] - most);
  }
  float const largest = largest_of_block(most), all = sum_of_block(sum * expf(most - largest));
  if (threadIdx.x == 0) losses[row] = logf(all) + (largest - x[targets[row]]);
}

/// Every thread knows the target's logit before any of them overwrites it.
template <class T, int N>
__global__ void cross_entropy_gradient_block_per_row(matrix_view<T> dlogits, float const* losses,
                                                     matrix_view<float const> logits, std::int32_t const* targets,
                                                     float scale) {
  auto const row = std::int64_t(blockIdx.x);
  std::int64_t const target = targets[row];
  float const* const x = logits.row(row);
  float const all = losses[row] + x[target];
  __syncthreads();
  for (auto j = std::int64_t(threadIdx.x) * N; j < logits.columns; j += std::int64_t(blockDim.x) * N) {
    auto const in = load<N>(x + j);
    pack<T, N> out;
    for (int e = 0; e < N; ++e) out.at[e] = nearest<T>((expf(in.at[e] - all) - (j + e == target ? 1.0f : 0.0f)) * scale);
    store<N>(dlogits.row(row) + j, out);
  }
}

}  // namespace detail

void cross_entropy(device& d, float* losses, matrix_view<float const> logits, std::int32_t const* targets) {
  constexpr int n = detail::widest<float>;
  bool const wide = detail::all_aligned<n>(logits);
  launch(d, "cross_entropy", block_each(logits.rows),
         wide ? &detail::cross_entropy_block_per_row<n> : &detail::cross_entropy_block_per_row<1>, losses, logits, targets);
}

template <class T>
void cross_entropy_backward(device& d, matrix_view<T> dlogits, float const* losses, matrix_view<float const> logits,
                            std::int32_t const* targets, float scale) {
  constexpr int n = detail::widest<float>;
  bool const wide = detail::all_aligned<n>(dlogits, logits);
  launch(d, "cross_entropy_backward", block_each(logits.rows),
         wide ? &detail::cross_entropy_gradient_block_per_row<T, n> : &detail::cross_entropy_gradient_block_per_row<T, 1>,
         dlogits, losses, logits, targets, scale);
}

}  // namespace snowcoder::cuda

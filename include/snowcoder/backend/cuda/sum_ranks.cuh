// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of sum_ranks.hpp.
#pragma once

#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/sum_ranks.hpp>

namespace snowcoder::cuda {

namespace detail {

/// values (size). One thread per element.
__global__ void sum_of_ranks(float* values, float const* others, int ranks, int own, std::int64_t size) {
  auto const i = thread_of_grid();
  if (i >= size) return;
  float held[32];  // sums of 1, 2, 4, … ranks that wait for as many more
  int depth = 0;
  for (int r = 0; r < ranks; ++r) {
    float x = r == own ? values[i] : others[r * size + i];
    for (int full = r; full & 1; full >>= 1) x = held[--depth] + x;
    held[depth++] = x;
  }
  values[i] = held[0];
}

}  // namespace detail

void sum_ranks(device& d, float* values, float const* others, int ranks, int own, std::int64_t size) {
  launch(d, "sum_ranks", thread_each(size), detail::sum_of_ranks, values, others, ranks, own, size);
}

}  // namespace snowcoder::cuda

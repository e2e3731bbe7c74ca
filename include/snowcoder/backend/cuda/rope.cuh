// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of rope.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/rope.hpp>

namespace snowcoder::cuda {

namespace detail {

/// A thread turns N neighbouring pairs of one head.
template <class T, int N>
__global__ void rope_pairs(matrix_view<T> x, std::int64_t heads, std::int64_t half, rope_positions where, float sign) {
  auto const [i, p] = place_in_strips(heads * half / N);
  auto const at = p * N, h = at / half, j = at % half;
  if (h >= heads) return;
  auto const position = where.start + i % where.length;
  float const *const cosine = where.table + position * half + j, *const sine =
                                                                     where.table + (where.positions + position) * half + j;
  T* const low = x.row(i) + 2 * h * half + j;
  auto a = load<N>(low), b = load<N>(low + half);
  for (int e = 0; e < N; ++e) {
    float const a0 = float(a.at[e]), b0 = float(b.at[e]), s = sine[e] * sign;
    a.at[e] = nearest<T>(a0 * cosine[e] - b0 * s);
    b.at[e] = nearest<T>(b0 * cosine[e] + a0 * s);
  }
  store<N>(low, a);
  store<N>(low + half, b);
}

}  // namespace detail

template <class T>
void rope(device& d, matrix_view<T> x, std::int64_t heads, std::int64_t head_width, rope_positions where, rope_direction way) {
  constexpr int n = detail::widest<T>;
  auto const half = head_width / 2;
  bool const wide = detail::aligned<n>(x.data, half, x.stride);
  launch(d, "rope", strips_of_rows(x.rows, heads * half / (wide ? n : 1)),
         wide ? &detail::rope_pairs<T, n> : &detail::rope_pairs<T, 1>, x, heads, half, where,
         way == rope_direction::forward ? 1.0f : -1.0f);
}

}  // namespace snowcoder::cuda

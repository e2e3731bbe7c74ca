// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of adamw.hpp.
#pragma once

#include <snowcoder/backend/cuda/adamw.hpp>
#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>

#include <algorithm>

namespace snowcoder::cuda {

namespace detail {

/// One element of the update.
__device__ inline void adamw_element(float& w, float& m, float& v, float gradient, adamw_step const& s) {
  float const g = gradient * s.gradient_scale;
  m = s.beta1 * m + (1.0f - s.beta1) * g;
  v = s.beta2 * v + (1.0f - s.beta2) * g * g;
  w = w * s.keep - s.rate * m / (sqrtf(v) * s.inverse_sqrt + s.epsilon);
}

template <int N>
__global__ void adamw_arrays(float* weights, float* first, float* second, float const* gradient, std::int64_t size,
                             adamw_step step) {
  auto const at = thread_of_grid() * N;
  if (at + N <= size) {
    auto w = load<N>(weights + at), m = load<N>(first + at), v = load<N>(second + at);
    auto const g = load<N>(gradient + at);
    for (int i = 0; i < N; ++i) adamw_element(w.at[i], m.at[i], v.at[i], g.at[i], step);
    store<N>(weights + at, w);
    store<N>(first + at, m);
    store<N>(second + at, v);
  } else {
    for (auto i = at; i < size; ++i) adamw_element(weights[i], first[i], second[i], gradient[i], step);
  }
}

/// Block b adds the squares of elements b * piece to (b + 1) * piece.
template <class V>
__global__ void sum_pieces(double* sums, V const* values, std::int64_t size, std::int64_t piece, bool squares) {
  auto const first = std::int64_t(blockIdx.x) * piece, end = first + piece < size ? first + piece : size;
  double sum = 0;
  for (auto i = first + threadIdx.x; i < end; i += blockDim.x) {
    auto const v = double(values[i]);
    sum += squares ? v * v : v;
  }
  sum = sum_of_block(sum);
  if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

}  // namespace detail

void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient, std::int64_t size,
           adamw_step step) {
  constexpr int n = detail::widest<float>;
  bool const wide = ((reinterpret_cast<std::uintptr_t>(weights) | reinterpret_cast<std::uintptr_t>(first_moment) |
                      reinterpret_cast<std::uintptr_t>(second_moment) | reinterpret_cast<std::uintptr_t>(gradient)) &
                     15) == 0;
  launch(d, "adamw", thread_each(pieces_of(size, wide ? n : 1)), wide ? &detail::adamw_arrays<n> : &detail::adamw_arrays<1>,
         weights, first_moment, second_moment, gradient, size, step);
}

double sum_of_squares(device& d, float const* values, std::int64_t size) {
  if (size == 0) return 0;
  // Long enough pieces that their sums fit one block's second pass.
  auto const piece = std::max<std::int64_t>(1 << 14, pieces_of(size, 1 << 14));
  auto const pieces = pieces_of(size, piece);
  auto* const sums = d.scratch<double>(0, pieces + 1);
  launch(d, "sum_of_squares", block_each(pieces), &detail::sum_pieces<float>, sums + 1, values, size, piece, true);
  launch(d, "sum_of_squares", block_each(1), &detail::sum_pieces<double>, sums, sums + 1, pieces, pieces, false);
  double sum = 0;
  download(d, &sum, static_cast<double const*>(sums), 1);
  return sum;
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of swiglu.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/swiglu.hpp>

namespace snowcoder::cuda {

namespace detail {

template <class T, int N>
__global__ void swiglu_rows(matrix_view<T> y, matrix_view<T const> gate_up) {
  auto const [i, p] = place_in_strips(y.columns / N);
  auto const j = p * N;
  if (j >= y.columns) return;
  auto const gate = load<N>(gate_up.row(i) + j), up = load<N>(gate_up.row(i) + y.columns + j);
  pack<T, N> out;
  for (int e = 0; e < N; ++e) {
    float const g = float(gate.at[e]);
    out.at[e] = nearest<T>(float(nearest<T>(g / (1.0f + expf(-g)))) * float(up.at[e]));
  }
  store<N>(y.row(i) + j, out);
}

/// d silu(g) = s * (1 + g * (1 - s)), s = 1 / (1 + e^-g).
template <class T, int N>
__global__ void swiglu_gradient_rows(matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up) {
  auto const [i, p] = place_in_strips(dy.columns / N);
  auto const j = p * N;
  if (j >= dy.columns) return;
  auto const gate = load<N>(gate_up.row(i) + j), up = load<N>(gate_up.row(i) + dy.columns + j), from = load<N>(dy.row(i) + j);
  pack<T, N> dgate, dup;
  for (int e = 0; e < N; ++e) {
    float const g = float(gate.at[e]), s = 1.0f / (1.0f + expf(-g)), upstream = float(from.at[e]);
    dgate.at[e] = nearest<T>(upstream * float(up.at[e]) * s * (1.0f + g * (1.0f - s)));
    dup.at[e] = nearest<T>(upstream * g * s);
  }
  store<N>(dgate_up.row(i) + j, dgate);
  store<N>(dgate_up.row(i) + dy.columns + j, dup);
}

}  // namespace detail

template <class T>
void swiglu(device& d, matrix_view<T> y, matrix_view<T const> gate_up) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(y, gate_up.part(0, y.columns));
  launch(d, "swiglu", strips_of_rows(y.rows, y.columns / (wide ? n : 1)),
         wide ? &detail::swiglu_rows<T, n> : &detail::swiglu_rows<T, 1>, y, gate_up);
}

template <class T>
void swiglu_backward(device& d, matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(dy, gate_up.part(0, dy.columns), dgate_up.part(0, dy.columns));
  launch(d, "swiglu_backward", strips_of_rows(dy.rows, dy.columns / (wide ? n : 1)),
         wide ? &detail::swiglu_gradient_rows<T, n> : &detail::swiglu_gradient_rows<T, 1>, dgate_up, dy, gate_up);
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// The gated activation of the feed-forward layer, over packed [gate | up] rows.   twin: backend/cpu/reference/swiglu.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/exponential.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu {

namespace detail {
/// By exponential()'s polynomial: a loop around it is vectorised.
inline float polynomial_sigmoid(float x) {
  float const e = exponential(x < 0 ? x : -x);  // e <= 1: no overflow on either side
  return (x < 0 ? e : 1.0f) / (1.0f + e);
}
}  // namespace detail

/// y(rows, hidden) = silu(gate) * up of gate_up(rows, 2 hidden).
template <class T>
void swiglu(device& d, matrix_view<T> y, matrix_view<T const> gate_up) {
  d.for_each_row(y.rows, 32, [&](std::int64_t i) {
    T const *gate = gate_up.row(i), *up = gate + y.columns;
    T* out = y.row(i);
#pragma omp simd
    for (std::int64_t j = 0; j < y.columns; ++j) {
      float const g = float(gate[j]);
      store(out[j], rounded_as<T>(g * detail::polynomial_sigmoid(g)) * float(up[j]));
    }
  });
}

/// dgate_up(rows, 2 hidden) from dy(rows, hidden) and the forward's input.
template <class T>
void swiglu_backward(device& d, matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up) {
  d.for_each_row(dy.rows, 32, [&](std::int64_t i) {
    T const *gate = gate_up.row(i), *up = gate + dy.columns, *upstream = dy.row(i);
    T *dgate = dgate_up.row(i), *dup = dgate + dy.columns;
#pragma omp simd
    for (std::int64_t j = 0; j < dy.columns; ++j) {
      float const g = float(gate[j]), s = detail::polynomial_sigmoid(g), v = float(upstream[j]);
      store(dgate[j], v * float(up[j]) * s * (1.0f + g * (1.0f - s)));
      store(dup[j], v * g * s);
    }
  });
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/swiglu.hpp.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

/// y = silu(gate) * up, where gate and up are the halves of a row; silu(g) = g / (1 + e^-g) is rounded to T.
template <class T>
void swiglu(matrix_view<T> y, matrix_view<T const> gate_up) {
  for (std::int64_t i = 0; i < y.rows; ++i)
    for (std::int64_t j = 0; j < y.columns; ++j) {
      float const g = float(gate_up.row(i)[j]), u = float(gate_up.row(i)[y.columns + j]);
      y.row(i)[j] = T(float(T(g / (1.0f + std::exp(-g)))) * u);
    }
}

/// d silu(g) = s * (1 + g * (1 - s)), s = 1 / (1 + e^-g).
template <class T>
void swiglu_backward(matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up) {
  for (std::int64_t i = 0; i < dy.rows; ++i)
    for (std::int64_t j = 0; j < dy.columns; ++j) {
      float const g = float(gate_up.row(i)[j]), u = float(gate_up.row(i)[dy.columns + j]), up = float(dy.row(i)[j]);
      float const s = 1.0f / (1.0f + std::exp(-g));
      dgate_up.row(i)[j] = T(up * u * s * (1.0f + g * (1.0f - s)));
      dgate_up.row(i)[dy.columns + j] = T(up * g * s);
    }
}

}  // namespace snowcoder::cpu::reference

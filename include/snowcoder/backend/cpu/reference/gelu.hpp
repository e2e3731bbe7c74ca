// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/gelu.hpp, in double.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void gelu(matrix_view<T> x, float const* bias) {
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t j = 0; j < x.columns; ++j) {
      double const v = double(float(x.row(i)[j])) + double(bias[j]);
      x.row(i)[j] = T(float(0.5 * v * (1.0 + std::erf(v / std::sqrt(2.0)))));
    }
}

}  // namespace snowcoder::cpu::reference

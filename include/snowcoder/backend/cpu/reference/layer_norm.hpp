// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/layer_norm.hpp, in double.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void layer_norm(matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight, float const* bias,
                float epsilon) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    auto const sum = [&](std::int64_t j) { return double(float(x.row(i)[j])) + double(float(residual.row(i)[j])); };
    double mean = 0, variance = 0;
    for (std::int64_t j = 0; j < x.columns; ++j) mean += sum(j) / double(x.columns);
    for (std::int64_t j = 0; j < x.columns; ++j) variance += (sum(j) - mean) * (sum(j) - mean) / double(x.columns);
    for (std::int64_t j = 0; j < x.columns; ++j)
      y.row(i)[j] = T(float((sum(j) - mean) / std::sqrt(variance + double(epsilon)) * double(weight[j]) + double(bias[j])));
  }
}

}  // namespace snowcoder::cpu::reference

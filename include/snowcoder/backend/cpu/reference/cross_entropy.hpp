// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/cross_entropy.hpp.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

inline double log_sum_exp(float const* x, std::int64_t columns) {
  double const most = *std::max_element(x, x + columns);
  double sum = 0;
  for (std::int64_t j = 0; j < columns; ++j) sum += std::exp(double(x[j]) - most);
  return most + std::log(sum);
}

/// losses[i] = -log softmax(logits(i))[targets[i]]
inline void cross_entropy(float* losses, matrix_view<float const> logits, std::int32_t const* targets) {
  for (std::int64_t i = 0; i < logits.rows; ++i)
    losses[i] = float(log_sum_exp(logits.row(i), logits.columns) - double(logits.row(i)[targets[i]]));
}

/// dlogits = scale * (softmax(logits) - one_hot(target))
template <class T>
void cross_entropy_backward(matrix_view<T> dlogits, matrix_view<float const> logits, std::int32_t const* targets, float scale) {
  for (std::int64_t i = 0; i < logits.rows; ++i) {
    double const all = log_sum_exp(logits.row(i), logits.columns);
    for (std::int64_t j = 0; j < logits.columns; ++j)
      dlogits.row(i)[j] = T(float((std::exp(double(logits.row(i)[j]) - all) - (j == targets[i])) * double(scale)));
  }
}

}  // namespace snowcoder::cpu::reference

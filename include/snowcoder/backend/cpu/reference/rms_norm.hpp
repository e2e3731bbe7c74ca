// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/rms_norm.hpp and backend/cuda/rms_norm.cuh.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

/// 1 / sqrt(mean(x^2) + epsilon)
template <class T>
float inverse_rms(T const* x, std::int64_t columns, float epsilon) {
  double sum = 0;
  for (std::int64_t j = 0; j < columns; ++j) sum += double(float(x[j])) * double(float(x[j]));
  return float(1.0 / std::sqrt(sum / double(columns) + double(epsilon)));
}

/// y = T(x / rms) * weight: normalised in float, rounded to T, then scaled, as Hugging Face's Llama does.
template <class T>
void rms_norm(matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    float const inverse = inverse_rms(x.row(i), x.columns, epsilon);
    for (std::int64_t j = 0; j < x.columns; ++j) y.row(i)[j] = T(float(T(float(x.row(i)[j]) * inverse)) * float(weight[j]));
  }
}

/// With h = x * inverse and g = dy * weight:  dweight += dy * h;  dx += inverse * (g - h * mean(g * h)).
template <class T>
void rms_norm_backward(matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x, T const* weight,
                       float epsilon) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    float const inverse = inverse_rms(x.row(i), x.columns, epsilon);
    double mean = 0;
    for (std::int64_t j = 0; j < x.columns; ++j)
      mean += double(float(dy.row(i)[j]) * float(weight[j])) * double(float(x.row(i)[j]) * inverse);
    mean /= double(x.columns);
    for (std::int64_t j = 0; j < x.columns; ++j) {
      float const h = float(x.row(i)[j]) * inverse, g = float(dy.row(i)[j]) * float(weight[j]);
      dweight[j] += float(dy.row(i)[j]) * h;
      dx.row(i)[j] = T(float(dx.row(i)[j]) + inverse * (g - h * float(mean)));
    }
  }
}

}  // namespace snowcoder::cpu::reference

// SPDX-License-Identifier: Apache-2.0
// The Gaussian error linear unit with the exact erf, as BERT has it ("gelu", not "gelu_new"), fused with the bias before it.
// twin: backend/cpu/reference/gelu.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

/// erf in float as plain arithmetic, so that loops around it vectorise: x P(x^2) / Q(x^2), fitted to erf(x)/x on [0, 4] with
/// relative error 2.5e-8; with float's rounding 3.5e-7 at most. Beyond 4 the answer is 1 in float.
inline float error_function(float x) {
  x = x < -4.0f ? -4.0f : x > 4.0f ? 4.0f : x;
  float const t = x * x;
  float p = 1.986793904507067e-06f;
  p = p * t + 0.0002845639828592539f;
  p = p * t + 0.0038832672871649265f;
  p = p * t + 0.05310151353478432f;
  p = p * t + 0.19354328513145447f;
  p = p * t + 1.1283791065216064f;
  float q = 3.7420191802084446e-05f;
  q = q * t + 0.0011855519842356443f;
  q = q * t + 0.015207099728286266f;
  q = q * t + 0.11534927040338516f;
  q = q * t + 0.5048558115959167f;
  q = q * t + 1.0f;
  return x * p / q;
}

/// x = gelu(x + bias), in place; gelu(v) = v (1 + erf(v / sqrt 2)) / 2. x (rows, columns), bias (columns) float.
template <class T>
void gelu(device& d, matrix_view<T> x, float const* bias) {
  constexpr std::int64_t piece = 32;
  d.for_each((x.rows + piece - 1) / piece, [&](std::int64_t p) {
    for (auto i = p * piece, end = std::min(x.rows, i + piece); i < end; ++i) {
      T* row = x.row(i);
#pragma omp simd
      for (std::int64_t j = 0; j < x.columns; ++j) {
        float const v = float(row[j]) + bias[j];
        row[j] = T(0.5f * v * (1.0f + error_function(v * 0.70710678118654752f)));
      }
    }
  });
}

}  // namespace snowcoder::cpu

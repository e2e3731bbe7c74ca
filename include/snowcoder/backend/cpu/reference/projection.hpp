// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/projection.hpp and quantise.hpp: in double from the weight as it was given, rounded or quantised here
// once more in plain loops.
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cpu/reference/gelu.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::cpu::reference {

/// The values that the arithmetic of T sees instead of `count` values.
template <class T>
std::vector<double> seen_weights(float const* w, std::int64_t count) {
  std::vector<double> seen(w, w + count);
  if constexpr (std::is_same_v<T, bfloat16>)
    for (auto& v : seen) v = double(float(bfloat16(float(v))));
  if constexpr (std::is_same_v<T, std::int8_t>) {
    double most = 0;
    for (auto v : seen) most = std::max(most, std::abs(v));
    for (auto& v : seen) v = most > 0 ? std::nearbyint(v * 127 / most) * most / 127 : 0.0;
  }
  return seen;
}
template <class T>
std::vector<double> seen_rows(float const* x, std::int64_t count) {
  std::vector<double> seen(x, x + count);
  if constexpr (std::is_same_v<T, std::int8_t>) {
    double least = 0, most = 0;
    for (auto v : seen) least = std::min(least, v), most = std::max(most, v);
    double const step = std::max((most - least) / 255, 1e-30), zero = std::nearbyint(-least / step);
    for (auto& v : seen) v = (std::clamp(std::floor(v / step + zero + 0.5), 0.0, 255.0) - zero) * step;
  }
  return seen;
}

template <class T>
void project(matrix_view<float> y, matrix_view<float const> x, matrix_view<float const> weight, float const* bias,
             activation act) {
  for (std::int64_t o = 0; o < weight.rows; ++o) {
    auto const w = seen_weights<T>(weight.row(o), weight.columns);
    for (std::int64_t i = 0; i < x.rows; ++i) {
      auto const row = seen_rows<T>(x.row(i), x.columns);
      double sum = bias ? double(bias[o]) : 0.0;
      for (std::size_t k = 0; k < w.size(); ++k) sum += row[k] * w[k];
      y.row(i)[o] = float(act == activation::gelu ? gelu(sum) : sum);
    }
  }
}

}  // namespace snowcoder::cpu::reference

// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/projection.hpp and quantise.hpp: in double from the weight as it was given, rounded or quantised here
// once more in plain loops.
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cpu/integer_products.hpp>
#include <snowcoder/backend/cpu/reference/gelu.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::cpu::reference {

/// Where bytes are added in 16 bits (integer_products.hpp): the most that four of one sign add up to, of those that meet there.
inline double seen_together(std::vector<double> const& v) {
  double most = 0;
  if (words_of_bytes == 1) return most;
  for (std::size_t i = 0; i < v.size(); ++i) {
    double up = 0, down = 0;
    for (std::size_t j = i / 8 * 8; j < std::min(v.size(), i / 8 * 8 + 8); ++j)
      if (j % 4 / 2 == i % 4 / 2) (v[j] > 0 ? up : down) += std::abs(v[j]);
    most = std::max({most, up, down});
  }
  return most;
}

/// The values that the arithmetic of T sees instead of `count` values.
template <class T>
std::vector<double> seen_weights(float const* w, std::int64_t count) {
  std::vector<double> seen(w, w + count);
  if constexpr (std::is_same_v<T, bfloat16> || std::is_same_v<T, float16>)
    for (auto& v : seen) v = double(float(T(float(v))));
  if constexpr (std::is_same_v<T, std::int8_t>) {
    double most = 0;
    for (auto v : seen) most = std::max(most, std::abs(v));
    if (most == 0) return seen;
    double step = std::max(most / 127, seen_together(seen) / most_short_sum);
    auto bytes = seen;
    for (auto& v : bytes) v = std::nearbyint(v / step);
    if (seen_together(bytes) > most_short_sum) step *= most_short_sum / (most_short_sum - 2.0);
    for (auto& v : seen) v = std::nearbyint(v / step) * step;
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

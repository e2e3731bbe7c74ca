// SPDX-License-Identifier: Apache-2.0
// Drawn arrays for tests of verbs, and how they are seen as matrices and compared.
#pragma once

#include "support/tolerance.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace snowcoder::tests {

/// Normal draws that `name` decides.
template <class T>
std::vector<T> normal(std::string_view name, std::int64_t count, double deviation = 1.0) {
  std::vector<T> values(static_cast<std::size_t>(count));
  draws const source(name, 11);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(float(deviation * source.normal(i)));
  return values;
}
inline std::vector<std::int32_t> drawn_ids(std::int64_t count, std::uint64_t bound) {
  std::vector<std::int32_t> out(static_cast<std::size_t>(count));
  draws const source("ids", 5);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::int32_t(source.below(bound, i));
  return out;
}

template <class T>
matrix_view<T> view(std::vector<T>& v, std::int64_t columns) {
  return {v.data(), std::int64_t(v.size()) / columns, columns};
}
template <class T>
matrix_view<T const> view(std::vector<T> const& v, std::int64_t columns) {
  return {v.data(), std::int64_t(v.size()) / columns, columns};
}
template <class T>
double distance(std::vector<T> const& a, std::vector<T> const& b) {
  return distance(a.data(), b.data(), std::int64_t(a.size()));
}

}  // namespace snowcoder::tests

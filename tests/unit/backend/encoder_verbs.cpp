// SPDX-License-Identifier: Apache-2.0
// The encoder's CPU verbs against their twins, in both element types, on ragged shapes; the same bits for 1 and 3 threads.
#include "support/catch.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cpu/encoder_backend.hpp>
#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/gelu.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/core/philox.hpp>

#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

using namespace snowcoder;
using tests::distance;
using tests::tolerance;

namespace {
template <class T>
std::vector<T> normal(std::string_view name, std::int64_t count, double deviation = 1.0) {
  std::vector<T> values(static_cast<std::size_t>(count));
  draws const source(name, 5);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(float(deviation * source.normal(i)));
  return values;
}
template <class T>
matrix_view<T> view(std::vector<T>& v, std::int64_t columns) {
  return {v.data(), std::int64_t(v.size()) / columns, columns};
}
template <class T>
bool same_bits(std::vector<T> const& a, std::vector<T> const& b) {
  return std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}
}  // namespace

TEST_CASE("error_function is erf in float") {
  double worst = 0;
  for (double x = -6; x <= 6; x += 1e-4)
    worst = std::max(worst, std::abs(double(cpu::error_function(float(x))) - std::erf(double(float(x)))));
  CHECK(worst < 4e-7);
}

TEMPLATE_TEST_CASE("layer_norm and gelu agree with their twins", "", float, bfloat16) {
  constexpr std::int64_t rows = 131, columns = 77;
  auto x = normal<TestType>("x", rows * columns, 2.0), residual = normal<TestType>("residual", rows * columns);
  auto const weight = normal<float>("weight", columns), bias = normal<float>("bias", columns);
  std::vector<TestType> twin(x.size()), one(x.size()), three(x.size());
  cpu::device d1(1), d3(3);
  matrix_view<TestType const> const in = view(x, columns), other = view(residual, columns);
  cpu::reference::layer_norm(view(twin, columns), in, other, weight.data(), bias.data(), 1e-12f);
  layer_norm(d1, view(one, columns), in, other, weight.data(), bias.data(), 1e-12f);
  layer_norm(d3, view(three, columns), in, other, weight.data(), bias.data(), 1e-12f);
  CHECK(distance(one.data(), twin.data(), rows * columns) < tolerance<TestType>::norm);
  CHECK(same_bits(one, three));

  one = three = twin = x;
  cpu::reference::gelu(view(twin, columns), bias.data());
  gelu(d1, view(one, columns), bias.data());
  gelu(d3, view(three, columns), bias.data());
  CHECK(distance(one.data(), twin.data(), rows * columns) < tolerance<TestType>::elementwise);
  CHECK(same_bits(one, three));
}

TEMPLATE_TEST_CASE("bidirectional_attention and mean_rows agree with their twins", "", float, bfloat16) {
  constexpr std::int64_t heads = 3, width = 48;
  std::vector<std::int64_t> const offsets{0, 1, 130, 162, 169, 426};  // 1, 129, 32, 7, 257: remainders of blocks and steps
  auto const sections = std::int64_t(offsets.size()) - 1, rows = offsets.back();
  auto qkv = normal<TestType>("qkv", rows * 3 * width);
  std::vector<TestType> twin(std::size_t(rows * width)), one(twin.size()), three(twin.size());
  cpu::device d1(1), d3(3);
  matrix_view<TestType const> const in = view(qkv, 3 * width);
  cpu::reference::bidirectional_attention(view(twin, width), in, offsets.data(), sections, heads);
  bidirectional_attention(d1, view(one, width), in, offsets.data(), sections, heads);
  bidirectional_attention(d3, view(three, width), in, offsets.data(), sections, heads);
  CHECK(distance(one.data(), twin.data(), rows * width) < tolerance<TestType>::attention);
  CHECK(same_bits(one, three));

  std::vector<float> mean_twin(std::size_t(sections * width)), mean_one(mean_twin.size()), mean_three(mean_twin.size());
  matrix_view<TestType const> const x = view(twin, width);
  cpu::reference::mean_rows(view(mean_twin, width), x, offsets.data());
  mean_rows(d1, view(mean_one, width), x, offsets.data());
  mean_rows(d3, view(mean_three, width), x, offsets.data());
  CHECK(distance(mean_one.data(), mean_twin.data(), sections * width) < tolerance<float>::elementwise);
  CHECK(same_bits(mean_one, mean_three));
}

// SPDX-License-Identifier: Apache-2.0
// The self-test of a device: it passes on verbs that are right, and names the one that is not.
#include "support/catch.hpp"
#include "support/cut_sums.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/config/changed.hpp>
#include <snowcoder/pipeline/selftest.hpp>
#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

#include <algorithm>
#include <array>
#include <utility>

using namespace snowcoder;
using recipe = tests::tiny_recipe;

namespace {

/// The CPU with one verb gone wrong.
struct crooked : cpu::device {
  using cpu::device::device;
};
template <class T>
void swiglu(crooked& d, matrix_view<T> y, matrix_view<T const> gate_up) {
  cpu::swiglu(d, y, gate_up);
  y.row(y.rows - 1)[y.columns - 1] = T(3.0f);
}

/// And with one whose sums are right, but for the last column of a product's result.
struct short_of_a_column : cpu::device {
  using cpu::device::device;
};
template <class C, class T>
void matmul(short_of_a_column& d, matrix_view<C> c, operand<T> a, operand<T> b, product_options how) {
  cpu::matmul(d, c, a, b, how);
  if (how.accumulate) c.row(0)[c.columns - 1] = C(0.0f);
}

/// And one whose sums of bfloat16 are cut as a tensor core's.
struct cutting : cpu::device {
  explicit cutting(tests::cut_rule how = {}) : cpu::device(1), rule(how) {}
  tests::cut_rule rule;
};
void matmul(cutting& d, matrix_view<float> c, operand<bfloat16> a, operand<bfloat16> b, product_options) {
  cpu::reference::matmul_cut(c, a, b, d.rule);
}

/// Whose sums are long enough to lack something.
struct long_context : recipe {
  static constexpr auto model = config::checked(config::changed(recipe::model, [](auto& m) { m.context = 4096; }));
};

/// How far the edges of a weight's gradient (outputs, inputs) over `depth` rows lie from the exact ones if sums are cut, of the
/// self-test's own values.
double apart_if_cut(std::int64_t depth, std::int64_t outputs, std::int64_t inputs, tests::cut_rule rule) {
  constexpr std::int64_t tall = 4, wide = 32;
  auto const columns = [&](char const* name, std::int64_t width, std::int64_t first, std::int64_t count) {
    auto const drawn = pipeline::normal_values<bfloat16>(name, 65537);  // they repeat
    std::vector<bfloat16> some;
    for (std::int64_t row = 0; row < depth; ++row)
      for (std::int64_t i = 0; i < count; ++i) some.push_back(drawn[std::size_t((row * width + first + i) % 65537)]);
    return some;
  };
  std::vector<float> exact, cut;
  for (auto row : {std::int64_t(0), outputs - tall})
    for (auto column : {std::int64_t(0), inputs - wide}) {
      auto const dy = columns("dy", outputs, row, tall), x = columns("x", inputs, column, wide);
      auto const left = transposed(matrix_view<bfloat16 const>(dy.data(), depth, tall));
      operand<bfloat16> const right(matrix_view<bfloat16 const>(x.data(), depth, wide));
      std::vector<float> sums(std::size_t(tall * wide));
      cpu::reference::matmul(matrix_view<float>(sums.data(), tall, wide), left, right);
      exact.insert(exact.end(), sums.begin(), sums.end());
      cpu::reference::matmul_cut(matrix_view<float>(sums.data(), tall, wide), left, right, rule);
      cut.insert(cut.end(), sums.begin(), sums.end());
    }
  return distance(cut.data(), exact.data(), std::int64_t(exact.size()));
}

std::vector<std::string> failed(std::vector<pipeline::comparison> const& all) {
  std::vector<std::string> names;
  for (auto const& v : all)
    if (!v.passed()) names.push_back(v.verb);
  return names;
}

}  // namespace

TEMPLATE_TEST_CASE("self-test: the CPU's verbs pass", "[train]", float, bfloat16) {
  cpu::device device(2);
  auto const all = pipeline::selftest<recipe, cpu::device, TestType>(device, 100, 64).run();
  CHECK(all.size() > 30);
  for (auto const& v : all) {
    INFO(v.verb << " " << v.shape << " " << v.apart << " of " << v.bound);
    CHECK(v.passed());
  }
}

TEST_CASE("self-test: a verb that went wrong is named, and is an error", "[train]") {
  crooked device(1);
  auto const all = pipeline::selftest<recipe, crooked, float>(device, 100, 64).run();
  CHECK(failed(all) == std::vector<std::string>{"swiglu"});
  pipeline::run_context run;
  CHECK(pipeline::report_selftest(run, all).error().where == "swiglu");
  short_of_a_column other(1);
  CHECK(failed(pipeline::selftest<recipe, short_of_a_column, float>(other, 100, 64).run()).size() == 5);
}

TEST_CASE("self-test: the program's own, for both precisions", "[train]") {
  pipeline::run_context run;
  pipeline::train_options o;
  CHECK(pipeline::selftest_recipe<recipe>(run, o));
  o.precision = "bf16";
  CHECK(pipeline::selftest_recipe<recipe>(run, o));
}

TEST_CASE("self-test: whether a device rounds its sums, and if not how it cuts them", "[train]") {
  cpu::device plain(2);
  for (std::int64_t depth : {1024, 8192}) {
    CHECK_FALSE(pipeline::cut_of_sums<float>(plain, depth, 8));
    CHECK_FALSE(pipeline::cut_of_sums<bfloat16>(plain, depth, 8));
    // A V100's, an A100's, an H100's, and two that no device is known to have.
    for (tests::cut_rule rule : {tests::cut_rule{4, 0}, {8, 1}, {16, 2}, {32, 3}, {1, 5}}) {
      cutting device(rule);
      CHECK(pipeline::cut_of_sums<bfloat16>(device, depth, 2) == rule);
    }
  }
}

TEST_CASE("self-test: the twin of a sum that is cut is cut alike, and no bound hides a device that keeps fewer bits",
          "[train]") {
  cutting as_known;
  pipeline::selftest<long_context, cutting, bfloat16> known(as_known, 4096, 64);
  auto const all = known.run();
  CHECK(known.cut() == tests::cut_rule());
  CHECK(failed(all).empty());
  CHECK(std::count_if(all.begin(), all.end(),
                      [](auto const& v) { return v.verb.ends_with("weight's gradient") && v.apart == 0; }) == 5);
  cutting coarse({.products = 16, .extra = -6});
  auto const names = failed(pipeline::selftest<long_context, cutting, bfloat16>(coarse, 4096, 64).run());
  CHECK(std::count_if(names.begin(), names.end(), [](auto const& n) { return n.ends_with("weight's gradient"); }) == 5);
}

TEST_CASE("self-test: long sums that are cut lie beyond the bound, those that are rounded within it", "[train]") {
  constexpr std::int64_t depth = 8192, tile = 16;
  auto const a = pipeline::normal_values<bfloat16>("a", depth * tile), b = pipeline::normal_values<bfloat16>("b", depth * tile);
  auto const left = transposed(matrix_view<bfloat16 const>(a.data(), depth, tile));
  operand<bfloat16> const right(matrix_view<bfloat16 const>(b.data(), depth, tile));
  std::vector<float> exact(tile * tile), rounded(tile * tile), cut(tile * tile);
  auto const at = [](std::vector<float>& v) { return matrix_view<float>(v.data(), tile, tile); };
  cpu::device plain(1);
  cutting other;
  cpu::reference::matmul(at(exact), left, right);
  cpu::matmul(plain, at(rounded), left, right, product_options{});
  matmul(other, at(cut), left, right, product_options{});
  double const bound = pipeline::product_bound<float>(depth);
  CHECK(distance(rounded.data(), exact.data(), tile * tile) < bound);
  CHECK(distance(cut.data(), exact.data(), tile * tile) > bound);
}

// Before twins were cut an H100 (cuBLASLt of CUDA 13.0) missed the bounds of just these five, from 5.0e-6 to 1.03e-5 apart.
TEST_CASE("self-test: what an H100's sums lack is what its rule cuts, and no other rule does", "[train]") {
  constexpr auto s = recipes::arctic_snowcoder_1b3::model;
  constexpr std::int64_t all = s.context, half = s.context / 2;  // positions whose logits exist at a time
  auto const extremes = [&](tests::cut_rule rule) {
    std::array const five{apart_if_cut(all, 3 * s.width, s.width, rule), apart_if_cut(all, s.width, s.width, rule),
                          apart_if_cut(all, 2 * s.hidden, s.width, rule), apart_if_cut(all, s.width, s.hidden, rule),
                          apart_if_cut(half, s.vocabulary, s.width, rule)};
    auto const [least, most] = std::minmax_element(five.begin(), five.end());
    return std::pair(*least, *most);
  };
  auto const shown = [](std::pair<double, double> of) {
    return std::abs(of.first - 5.0e-6) < 0.05e-6 && std::abs(of.second - 1.03e-5) < 0.005e-5;
  };
  CHECK(shown(extremes({16, 2})));
  for (tests::cut_rule rule : {tests::cut_rule{16, 1}, {16, 3}, {8, 1}, {8, 2}, {32, 2}}) CHECK_FALSE(shown(extremes(rule)));
}

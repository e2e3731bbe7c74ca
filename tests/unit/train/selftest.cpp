// SPDX-License-Identifier: Apache-2.0
// The self-test of a device: it passes on verbs that are right, and names the one that is not.
#include "support/catch.hpp"
#include "support/cut_sums.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/pipeline/selftest.hpp>

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
  using cpu::device::device;
};
void matmul(cutting&, matrix_view<float> c, operand<bfloat16> a, operand<bfloat16> b, product_options) {
  auto const at = [](operand<bfloat16> const& m, std::int64_t row, std::int64_t column) {
    return double(float(m.data[row * m.row_stride + column * m.column_stride]));
  };
  for (std::int64_t i = 0; i < c.rows; ++i)
    for (std::int64_t j = 0; j < c.columns; ++j) {
      tests::cut_sum sum;
      for (std::int64_t k = 0; k < a.columns; k += tests::cut_sum::products) {
        std::vector<double> exact;
        for (auto l = k; l < std::min(a.columns, k + tests::cut_sum::products); ++l) exact.push_back(at(a, i, l) * at(b, l, j));
        sum.add(exact);
      }
      c.row(i)[j] = sum.value();
    }
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

TEST_CASE("self-test: whether a device rounds its sums or cuts them", "[train]") {
  cpu::device plain(2);
  cutting other(1);
  for (std::int64_t depth : {1024, 8192}) {
    CHECK(pipeline::sums_of_products<float>(plain, depth, 8) == pipeline::float_sums::rounded);
    CHECK(pipeline::sums_of_products<bfloat16>(plain, depth, 8) == pipeline::float_sums::rounded);
    CHECK(pipeline::sums_of_products<bfloat16>(other, depth, 2) == pipeline::float_sums::cut);
  }
}

TEST_CASE("self-test: long sums that are cut lie beyond the bound, those that are rounded within it", "[train]") {
  constexpr std::int64_t depth = 8192, tile = 16;
  auto const a = pipeline::normal_values<bfloat16>("a", depth * tile), b = pipeline::normal_values<bfloat16>("b", depth * tile);
  auto const left = transposed(matrix_view<bfloat16 const>(a.data(), depth, tile));
  operand<bfloat16> const right(matrix_view<bfloat16 const>(b.data(), depth, tile));
  std::vector<float> exact(tile * tile), rounded(tile * tile), cut(tile * tile);
  auto const at = [](std::vector<float>& v) { return matrix_view<float>(v.data(), tile, tile); };
  cpu::device plain(1);
  cutting other(1);
  cpu::reference::matmul(at(exact), left, right);
  cpu::matmul(plain, at(rounded), left, right, product_options{});
  matmul(other, at(cut), left, right, product_options{});
  double const bound = pipeline::product_bound<float>(depth);
  CHECK(distance(rounded.data(), exact.data(), tile * tile) < bound);
  CHECK(distance(cut.data(), exact.data(), tile * tile) > bound);
}

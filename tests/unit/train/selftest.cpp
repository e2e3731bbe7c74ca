// SPDX-License-Identifier: Apache-2.0
// The self-test of a device: it passes on verbs that are right, and names the one that is not.
#include "support/catch.hpp"
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

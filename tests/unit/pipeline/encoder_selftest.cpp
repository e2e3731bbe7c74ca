// SPDX-License-Identifier: Apache-2.0
// The encoder's self-test: it passes on verbs that are right, and names the one that is not.
#include "support/catch.hpp"
#include "support/tiny_recipe.hpp"

#include <snowcoder/pipeline/encoder_selftest.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace snowcoder;
using recipe = tests::tiny_recipe;

namespace {

/// The CPU with a norm that forgets the last bias.
struct crooked : cpu::device {
  using cpu::device::device;
};
void layer_norm(crooked& d, matrix_view<float> y, matrix_view<float const> x, matrix_view<float const> residual,
                float const* weight, float const* bias, float epsilon) {
  cpu::layer_norm(d, y, x, residual, weight, bias, epsilon);
  for (std::int64_t i = 0; i < y.rows; ++i) y.row(i)[y.columns - 1] -= bias[y.columns - 1];
}

}  // namespace

TEMPLATE_TEST_CASE("encoder's self-test: the CPU's verbs pass", "[annotate]", float, bfloat16, std::int8_t) {
  cpu::device device(2);
  auto const all = pipeline::encoder_selftest<recipe, cpu::device, TestType>(device, 200).run();
  CHECK(all.size() == 9);
  for (auto const& v : all) {
    INFO(v.verb << " " << v.shape << " " << v.apart << " of " << v.bound);
    CHECK(v.passed());
  }
}

TEST_CASE("encoder's self-test: a verb that went wrong is named, and is an error", "[annotate]") {
  crooked device(1);
  pipeline::run_context run;
  auto const told = pipeline::report_selftest(run, pipeline::encoder_selftest<recipe, crooked, float>(device, 200).run());
  REQUIRE_FALSE(told);
  CHECK(told.error().where == "layer_norm");
}

TEST_CASE("encoder's self-test: the program's own, in every precision; bytes are the CPU's, halves a GPU's", "[annotate]") {
  pipeline::run_context run;
  for (std::string precision : {"f32", "bf16", "int8"})
    CHECK(pipeline::selftest_encoder<recipe>(run, {.device = "cpu", .precision = precision}));
  auto const refused = pipeline::selftest_encoder<recipe>(run, {.device = "cuda", .precision = "int8"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what == "bytes are multiplied on the CPU only");
  auto const halves = pipeline::selftest_encoder<recipe>(run, {.device = "cpu", .precision = "f16"});
  REQUIRE_FALSE(halves);
  CHECK(halves.error().what == "halves are computed with on a GPU only");
}

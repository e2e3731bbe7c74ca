// SPDX-License-Identifier: Apache-2.0
// Twenty optimizer steps against PyTorch's AdamW with clipping: every loss, every norm, every weight at the end.
#include "support/catch.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/io/safetensors.hpp>
#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/recipes/quickstart.hpp>
#include <snowcoder/train/step.hpp>

#include <filesystem>
#include <span>
#include <vector>

using namespace snowcoder;

namespace {

struct golden_steps : recipes::quickstart {
  static constexpr std::string_view name = "golden_steps";
  static constexpr config::decoder_shape model{
      .layers = 2, .width = 24, .hidden = 40, .heads = 4, .kv_heads = 2, .vocabulary = 80, .context = 20};
};

io::safetensors open(char const* name) {
  auto file = io::safetensors::open(std::filesystem::path(__FILE__).parent_path() / "decoder_tied" / name);
  REQUIRE(file);
  return std::move(*file);
}

}  // namespace

TEST_CASE("twenty steps track PyTorch's AdamW", "[golden]") {
  using R = golden_steps;
  auto const first = open("weights.safetensors"), step = open("step.safetensors"), expected = open("adamw.safetensors");
  cpu::device device(2);
  parallel::solo ranks;
  train::state<R, cpu::device> state(device);
  std::vector<float> wanted(std::size_t(state.size));
  for (auto const& p : nn::decoder_parameters<R>()) {
    REQUIRE(first.read_floats(p.name, std::span(state.weights.data() + p.offset, std::size_t(p.size()))));
    REQUIRE(expected.read_floats(p.name, std::span(wanted).subspan(std::size_t(p.offset), std::size_t(p.size()))));
  }
  auto const found = step.find("tokens");
  REQUIRE(found);
  auto const elements = found->elements<std::int32_t>();
  std::vector<token_id> const tokens(elements.begin(), elements.end());
  auto const losses = *expected.floats("losses"), norms = *expected.floats("norms");
  REQUIRE(losses.size() == 20);
  train::stepper<R, cpu::device, float, parallel::solo> trainer(device, ranks, 2);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    auto const r = trainer.step(state, {tokens.data(), 3, 21}, 3, 1e-3);
    ++state.position.updates;
    CHECK(r.loss == Approx(losses[i]).epsilon(tests::optimizer_steps));
    CHECK(r.gradient_norm == Approx(norms[i]).epsilon(tests::optimizer_steps));
  }
  for (auto const& p : nn::decoder_parameters<R>()) {
    INFO(p.name);
    CHECK(tests::distance(state.weights.data() + p.offset, wanted.data() + p.offset, p.size()) < tests::optimizer_steps);
  }
}

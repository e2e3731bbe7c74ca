// SPDX-License-Identifier: Apache-2.0
// The flat array: names, places, decay, and first weights.
#include "support/catch.hpp"

#include <snowcoder/nn/adamw.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/nn/initialise.hpp>

#include <cmath>
#include <set>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
struct tied {
  static constexpr std::string_view name = "tied";
  static constexpr config::decoder_shape model{
      .layers = 3, .width = 64, .hidden = 96, .heads = 4, .kv_heads = 2, .vocabulary = 500, .context = 16};
};
struct untied {
  static constexpr std::string_view name = "untied";
  static constexpr config::decoder_shape model{.layers = 3,
                                               .width = 64,
                                               .hidden = 96,
                                               .heads = 4,
                                               .kv_heads = 2,
                                               .vocabulary = 500,
                                               .context = 16,
                                               .tied = false,
                                               .init = config::initialization::flat};
};
}  // namespace

TEMPLATE_TEST_CASE("parameters tile the flat array without gaps", "[nn]", tied, untied) {
  std::int64_t next = 0;
  std::set<std::string> names;
  for (auto const& p : nn::decoder_parameters<TestType>()) {
    CHECK(p.offset == next);
    CHECK(names.insert(p.name).second);
    next += p.size();
  }
  CHECK(next == config::parameters(TestType::model));
  constexpr nn::decoder_layout layout(TestType::model);
  auto const all = nn::decoder_parameters<TestType>();
  CHECK(all[2].name == "model.layers.0.self_attn.q_proj.weight");
  CHECK(all[2].offset == layout.layer(0) + layout.qkv());
  CHECK(all[7].name == "model.layers.0.mlp.gate_proj.weight");
  CHECK(all[7].offset == layout.layer(0) + layout.gate_up());
  CHECK(all.back().name == (TestType::model.tied ? "model.norm.weight" : "lm_head.weight"));
}

TEST_CASE("decay spares norms and the tied embedding", "[nn]") {
  for (auto const& p : nn::decoder_parameters<tied>())
    CHECK(p.decayed == (!p.is_vector() && p.name != "model.embed_tokens.weight"));
  for (auto const& p : nn::decoder_parameters<untied>()) CHECK(p.decayed == !p.is_vector());
  for (auto const& p : nn::decoder_parameters<tied>(config::decay::all)) CHECK(p.decayed);
  for (auto const& p : nn::decoder_parameters<tied>(config::decay::none)) CHECK(!p.decayed);
}

TEMPLATE_TEST_CASE("first weights have the recipe's deviations and depend on the seed alone", "[nn]", tied, untied) {
  std::vector<float> first(std::size_t(config::parameters(TestType::model))), again = first, other = first;
  nn::initialise<TestType>(first.data(), 1);
  nn::initialise<TestType>(again.data(), 1);
  nn::initialise<TestType>(other.data(), 2);
  CHECK(first == again);
  CHECK(first != other);
  for (auto const& p : nn::decoder_parameters<TestType>()) {
    INFO(p.name);
    double sum = 0, squares = 0;
    for (auto i = p.offset; i < p.offset + p.size(); ++i) {
      double const value = double(first[std::size_t(i)]);
      sum += value;
      squares += value * value;
    }
    if (p.is_vector()) {
      CHECK(sum == double(p.size()));
      continue;
    }
    bool const scaled = TestType::model.init == config::initialization::scaled;
    double const deviation = !scaled ? 0.006 : nn::is_output_projection(p.name) ? 0.02 / std::sqrt(6.0) : 0.02;
    CHECK(std::sqrt(squares / double(p.size())) == Approx(deviation).epsilon(0.06));  // 2,048 draws at least: 4 sigma
    CHECK(std::abs(sum / double(p.size())) < deviation * 0.1);
  }
}

TEST_CASE("clipping never enlarges a gradient", "[nn]") {
  CHECK(nn::clip_scale(0.5, 1.0) == 1.0);
  CHECK(nn::clip_scale(4.0, 1.0) == 0.25);
  CHECK(nn::clip_scale(0.0, 1.0) == 1.0);
}

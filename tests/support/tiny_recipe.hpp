// SPDX-License-Identifier: Apache-2.0
// The whole method at a size where a test can train it in a fraction of a second: three phases of 24, 12 and 6 steps, one
// of each kind of optimizer start, grouped-query heads.
#pragma once

#include <snowcoder/recipes/quickstart.hpp>

#include <array>
#include <string_view>

namespace snowcoder::tests {

struct tiny_recipe : recipes::quickstart {
  static constexpr std::string_view name = "tiny";
  static constexpr config::vocabulary vocabulary{.size = 320};
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 32, .hidden = 88, .heads = 2, .kv_heads = 1, .vocabulary = 320, .context = 64});
  // the shape of tests/golden/encoder
  static constexpr auto encoder = config::checked(
      config::encoder_shape{.layers = 2, .width = 24, .hidden = 40, .heads = 3, .vocabulary = 88, .positions = 48});
  static constexpr auto annotator = config::checked(config::annotator{.section = 48, .epochs = 5, .rate = 3e-3, .batch = 8});
  static constexpr auto selection = config::checked(config::selection{.share = 0.25});
  static constexpr auto synthesis = config::checked(config::synthesis{.minimum_tokens = 20});
  static constexpr config::evaluation evaluation{.new_tokens = 24};
  static constexpr auto curriculum =
      config::checked(std::array{config::phase{.name = "general",
                                               .tokens = 24 * 256,
                                               .sequences_per_step = 4,
                                               .rate = {config::law::warm_up_cosine, 1e-2, 1e-3, 4}},
                                 config::phase{.name = "high_quality",
                                               .source = config::documents::selected,
                                               .group = config::grouping::by_file,
                                               .tokens = 12 * 256,
                                               .passes = 4,
                                               .sequences_per_step = 4,
                                               .rate = {config::law::warm_up_linear, 5e-3, 0, 3}},
                                 config::phase{.name = "synthetic",
                                               .source = config::documents::synthetic,
                                               .group = config::grouping::by_file,
                                               .tokens = 6 * 256,
                                               .sequences_per_step = 4,
                                               .rate = {config::law::warm_up_linear, 5e-3, 0, 1},
                                               .start = config::optimizer_start::reset_moments}},
                      model.context);
};
static_assert(config::coherent<tiny_recipe>());

}  // namespace snowcoder::tests

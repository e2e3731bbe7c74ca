// SPDX-License-Identifier: Apache-2.0
// The whole method in minutes on two CPU cores: a 1.3M decoder, the MiniLM encoder, a few megabytes of code. All numbers
// are ours; the order of steps, the laws and the selection rules are the paper's.
#pragma once

#include <snowcoder/recipes/arctic_snowcoder_1b3.hpp>

namespace snowcoder::recipes {

struct quickstart : arctic_snowcoder_1b3 {
  static constexpr std::string_view name = "quickstart";

  static constexpr config::vocabulary vocabulary{.size = 4096};
  static constexpr auto encoder =
      config::checked(config::encoder_shape{.layers = 6, .width = 384, .hidden = 1536, .heads = 12});
  static constexpr auto annotator = config::checked(config::annotator{.rate = 3e-3, .batch = 32});
  static constexpr auto selection = config::checked(config::selection{.share = 0.125});
  // The answers of its journal are there and few of them Python: all are used, and Python's are repeated.
  static constexpr auto synthesis = config::checked(config::synthesis{.mix = config::mix_rule::sample});
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 4, .width = 128, .hidden = 352, .heads = 4, .kv_heads = 4, .vocabulary = 4096, .context = 512});
  static constexpr config::evaluation evaluation{.new_tokens = 128};
  static constexpr auto curriculum = config::checked(
      std::array{
          config::phase{.name = "general",
                        .tokens = 384 * 8192,
                        .passes = 1.25,
                        .sequences_per_step = 16,
                        .rate = {config::law::warm_up_cosine, 3e-3, 3e-4, 16}},
          config::phase{.name = "high_quality",
                        .source = config::documents::selected,
                        .group = config::grouping::by_file,
                        .tokens = 128 * 8192,
                        .passes = 4,
                        .sequences_per_step = 16,
                        .rate = {config::law::warm_up_linear, 1.5e-3, 0, 12}},
          config::phase{.name = "synthetic",
                        .source = config::documents::synthetic,
                        .group = config::grouping::by_file,
                        .tokens = 32 * 8192,
                        .passes = 2.5,
                        .sequences_per_step = 16,
                        .rate = {config::law::warm_up_linear, 1e-3, 0, 3}},
      },
      model.context);
  static constexpr int reduction_lanes = 4;
};

static_assert(config::coherent<quickstart>());

}  // namespace snowcoder::recipes

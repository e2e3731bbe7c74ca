// SPDX-License-Identifier: Apache-2.0
// Arctic-SnowCoder-1.3B as published (arXiv 2409.02326): every printed number, and our default wherever the paper is
// silent (`plan --describe` marks which is which).
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/paper_phases.hpp>
#include <snowcoder/dedup/rank.hpp>
#include <snowcoder/filter/starcoder2.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <array>
#include <string_view>

namespace snowcoder::recipes {

struct arctic_snowcoder_1b3 {
  static constexpr std::string_view name = "arctic_snowcoder_1b3";

  // clean: the paper names the steps; the rules are StarCoder2's
  static constexpr auto languages = config::all_languages;
  static constexpr auto notebooks = config::notebook_form::script;
  using filters = filter::starcoder2;
  static constexpr auto near_duplicates = config::checked(config::near_duplicate{});
  using keeper = dedup::keep_by<dedup::most_stars, dedup::permissive_licence, dedup::largest>;
  static constexpr config::decontamination contamination{};

  // choose and enlarge
  static constexpr config::vocabulary vocabulary{.size = 64000};
  using splitter = tokenize::starcoder_split;
  static constexpr auto encoder = config::checked(config::encoder_shape{});  // Snowflake-arctic-embed-m
  static constexpr auto annotator = config::checked(config::annotator{.recipe = config::annotator_recipe::hqins});
  static constexpr auto selection = config::checked(config::selection{.share = 12.5 / 400});
  static constexpr auto synthesis = config::checked(config::synthesis{.python_share = 0.5});

  // learn and measure
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 24, .width = 2048, .hidden = 5632, .heads = 16, .kv_heads = 16, .vocabulary = 64000, .context = 8192});
  static constexpr auto optimizer = config::checked(config::optimizer{});
  static constexpr config::evaluation evaluation{};
  static constexpr auto curriculum = config::checked(config::paper_phases, model.context);
  static constexpr int reduction_lanes = 8;  // for a machine's GPUs; one that is alone holds four gradients, not three
};

static_assert(config::coherent<arctic_snowcoder_1b3>());

}  // namespace snowcoder::recipes

// SPDX-License-Identifier: Apache-2.0
// One phase for every way of packing: groupings, best fit, gaps in the middle.
#pragma once

#include "support/tiny_recipe.hpp"

#include <array>
#include <string_view>

namespace snowcoder::tests {

consteval config::phase packing_phase(std::string_view name, config::grouping group, config::packing pack = {}, double gaps = 0,
                                      double suffix_first = 0.5) {
  return {.name = name,
          .group = group,
          .tokens = 24 * 256,
          .sequences_per_step = 4,
          .rate = {config::law::constant, 1e-3, 1e-3, 0},
          .pack = pack,
          .fill_in_middle = gaps,
          .suffix_first = suffix_first};
}

struct packing_recipe : tiny_recipe {
  static constexpr std::string_view name = "packing";
  static constexpr config::vocabulary vocabulary{.size = 600};
  static constexpr auto model = config::checked(config::decoder_shape{
      .layers = 2, .width = 32, .hidden = 88, .heads = 2, .kv_heads = 1, .vocabulary = 600, .context = 64});
  static constexpr auto curriculum = config::checked(
      std::array{packing_phase("general", config::grouping::by_language_then_repository),
                 packing_phase("repository", config::grouping::by_repository), packing_phase("file", config::grouping::by_file),
                 packing_phase("hybrid", config::grouping::hybrid),
                 packing_phase("fitted", config::grouping::by_file, config::packing::best_fit),
                 packing_phase("gaps", config::grouping::hybrid, config::packing::concatenate, 0.8),
                 packing_phase("gaps_prefix_first", config::grouping::by_file, config::packing::concatenate, 1, 0),
                 packing_phase("gaps_suffix_first", config::grouping::by_file, config::packing::concatenate, 1, 1)},
      model.context);
};
static_assert(config::coherent<packing_recipe>());

}  // namespace snowcoder::tests

// SPDX-License-Identifier: Apache-2.0
// Beside Table 3, ours: half of the repositories split by language, the others whole (phase::hybrid_split).
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct group_hybrid : grouped<arctic_snowcoder_1b3, config::grouping::hybrid> {
  static constexpr std::string_view name = "group_hybrid";
};
struct group_hybrid_toy : grouped<toy, config::grouping::hybrid> {
  static constexpr std::string_view name = "group_hybrid_toy";
};
static_assert(config::coherent<group_hybrid>() && config::coherent<group_hybrid_toy>());

}  // namespace snowcoder::recipes

// SPDX-License-Identifier: Apache-2.0
// Table 4, HQ: synthetic code of high quality.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct ann_hq : annotated<continue_10b, config::annotator_recipe::hq> {
  static constexpr std::string_view name = "ann_hq";
};
struct ann_hq_toy : annotated<continue_10b_toy, config::annotator_recipe::hq> {
  static constexpr std::string_view name = "ann_hq_toy";
};
static_assert(config::coherent<ann_hq>() && config::coherent<ann_hq_toy>());

}  // namespace snowcoder::recipes

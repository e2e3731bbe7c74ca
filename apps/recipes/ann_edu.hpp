// SPDX-License-Identifier: Apache-2.0
// Table 4, EDU: files of educational value.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct ann_edu : annotated<continue_10b, config::annotator_recipe::edu> {
  static constexpr std::string_view name = "ann_edu";
};
struct ann_edu_toy : annotated<continue_10b_toy, config::annotator_recipe::edu> {
  static constexpr std::string_view name = "ann_edu_toy";
};
static_assert(config::coherent<ann_edu>() && config::coherent<ann_edu_toy>());

}  // namespace snowcoder::recipes

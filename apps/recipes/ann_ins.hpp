// SPDX-License-Identifier: Apache-2.0
// Table 4, INS: files of educational value and instructions.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct ann_ins : annotated<continue_10b, config::annotator_recipe::ins> {
  static constexpr std::string_view name = "ann_ins";
};
struct ann_ins_toy : annotated<continue_10b_toy, config::annotator_recipe::ins> {
  static constexpr std::string_view name = "ann_ins_toy";
};
static_assert(config::coherent<ann_ins>() && config::coherent<ann_ins_toy>());

}  // namespace snowcoder::recipes

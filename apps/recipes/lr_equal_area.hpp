// SPDX-License-Identifier: Apache-2.0
// Beside Table 5, ours: re-warm-up with no more rate in all than the constant arm has.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct lr_equal_area : equal_area<continue_10b> {
  static constexpr std::string_view name = "lr_equal_area";
};
struct lr_equal_area_toy : equal_area<continue_10b_toy> {
  static constexpr std::string_view name = "lr_equal_area_toy";
};
static_assert(config::coherent<lr_equal_area>() && config::coherent<lr_equal_area_toy>());

}  // namespace snowcoder::recipes

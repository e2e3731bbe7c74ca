// SPDX-License-Identifier: Apache-2.0
// Table 5, linear: from the rate that pretraining ended with down to 0.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct lr_linear : from_last_rate<continue_10b, config::law::linear> {
  static constexpr std::string_view name = "lr_linear";
};
struct lr_linear_toy : from_last_rate<continue_10b_toy, config::law::linear> {
  static constexpr std::string_view name = "lr_linear_toy";
};
static_assert(config::coherent<lr_linear>() && config::coherent<lr_linear_toy>());

}  // namespace snowcoder::recipes

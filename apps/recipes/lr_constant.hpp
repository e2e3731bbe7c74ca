// SPDX-License-Identifier: Apache-2.0
// Table 5, constant: the rate that pretraining ended with.
#pragma once

#include "changes.hpp"
#include "continue_10b.hpp"

namespace snowcoder::recipes {

struct lr_constant : from_last_rate<continue_10b, config::law::constant> {
  static constexpr std::string_view name = "lr_constant";
};
struct lr_constant_toy : from_last_rate<continue_10b_toy, config::law::constant> {
  static constexpr std::string_view name = "lr_constant_toy";
};
static_assert(config::coherent<lr_constant>() && config::coherent<lr_constant_toy>());

}  // namespace snowcoder::recipes

// SPDX-License-Identifier: Apache-2.0
// Table 6, 1 x 50B.
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct rep_1x50b : continued<arctic_snowcoder_1b3, 50, 1> {
  static constexpr std::string_view name = "rep_1x50b";
};
struct rep_1x50b_toy : continued<toy, 50, 1> {
  static constexpr std::string_view name = "rep_1x50b_toy";
};
static_assert(config::coherent<rep_1x50b>() && config::coherent<rep_1x50b_toy>());

}  // namespace snowcoder::recipes

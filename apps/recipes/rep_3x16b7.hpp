// SPDX-License-Identifier: Apache-2.0
// Table 6, 3 x 16.7B.
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct rep_3x16b7 : continued<arctic_snowcoder_1b3, 50, 3> {
  static constexpr std::string_view name = "rep_3x16b7";
};
struct rep_3x16b7_toy : continued<toy, 50, 3> {
  static constexpr std::string_view name = "rep_3x16b7_toy";
};
static_assert(config::coherent<rep_3x16b7>() && config::coherent<rep_3x16b7_toy>());

}  // namespace snowcoder::recipes

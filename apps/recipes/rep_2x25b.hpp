// SPDX-License-Identifier: Apache-2.0
// Table 6, 2 x 25B.
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct rep_2x25b : continued<arctic_snowcoder_1b3, 50, 2> {
  static constexpr std::string_view name = "rep_2x25b";
};
struct rep_2x25b_toy : continued<toy, 50, 2> {
  static constexpr std::string_view name = "rep_2x25b_toy";
};
static_assert(config::coherent<rep_2x25b>() && config::coherent<rep_2x25b_toy>());

}  // namespace snowcoder::recipes

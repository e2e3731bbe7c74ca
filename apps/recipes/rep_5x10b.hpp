// SPDX-License-Identifier: Apache-2.0
// Table 6, 5 x 10B. The row above it, 4 x 12.5B, is arctic_snowcoder_1b3 (toy).
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct rep_5x10b : continued<arctic_snowcoder_1b3, 50, 5> {
  static constexpr std::string_view name = "rep_5x10b";
};
struct rep_5x10b_toy : continued<toy, 50, 5> {
  static constexpr std::string_view name = "rep_5x10b_toy";
};
static_assert(config::coherent<rep_5x10b>() && config::coherent<rep_5x10b_toy>());

}  // namespace snowcoder::recipes

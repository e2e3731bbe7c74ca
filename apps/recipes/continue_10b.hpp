// SPDX-License-Identifier: Apache-2.0
// Tables 4 to 6: one pass over the best 10 billion tokens. Table 4's HQINS, and its control arm by `select --random`;
// Table 5's re-warm-up; Table 6's 1 x 10B.
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct continue_10b : continued<arctic_snowcoder_1b3, 10, 1> {
  static constexpr std::string_view name = "continue_10b";
};
struct continue_10b_toy : continued<toy, 10, 1> {
  static constexpr std::string_view name = "continue_10b_toy";
};
static_assert(config::coherent<continue_10b>() && config::coherent<continue_10b_toy>());

}  // namespace snowcoder::recipes

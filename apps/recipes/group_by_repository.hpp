// SPDX-License-Identifier: Apache-2.0
// Table 3, first row: repositories joined whole, their languages mixed. The second row is arctic_snowcoder_1b3 (toy).
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct group_by_repository : grouped<arctic_snowcoder_1b3, config::grouping::by_repository> {
  static constexpr std::string_view name = "group_by_repository";
};
struct group_by_repository_toy : grouped<toy, config::grouping::by_repository> {
  static constexpr std::string_view name = "group_by_repository_toy";
};
static_assert(config::coherent<group_by_repository>() && config::coherent<group_by_repository_toy>());

}  // namespace snowcoder::recipes

// SPDX-License-Identifier: Apache-2.0
// Beside Table 3, ours: single files, neither repositories nor languages kept together.
#pragma once

#include "changes.hpp"
#include "toy.hpp"

namespace snowcoder::recipes {

struct group_by_file : grouped<arctic_snowcoder_1b3, config::grouping::by_file> {
  static constexpr std::string_view name = "group_by_file";
};
struct group_by_file_toy : grouped<toy, config::grouping::by_file> {
  static constexpr std::string_view name = "group_by_file_toy";
};
static_assert(config::coherent<group_by_file>() && config::coherent<group_by_file_toy>());

}  // namespace snowcoder::recipes

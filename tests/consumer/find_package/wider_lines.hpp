// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/recipes/quickstart.hpp>

struct wider_lines : snowcoder::recipes::quickstart {
  static constexpr std::string_view name = "wider_lines";
  using filters =
      snowcoder::filter::chain<snowcoder::filter::mean_line_at_most<200>, snowcoder::filter::longest_line_at_most<2000>>;
};
static_assert(snowcoder::config::coherent<wider_lines>());

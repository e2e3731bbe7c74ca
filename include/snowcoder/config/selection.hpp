// SPDX-License-Identifier: Apache-2.0
// Selection (paper section 2.3 and Table 6): the best share of every language, the language mix of the corpus kept.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cstdint>

namespace snowcoder::config {

enum class mix_unit : std::uint8_t { tokens, bytes, files };
enum class budget_edge : std::uint8_t { include, exclude };
enum class shortfall : std::uint8_t { report, redistribute };

struct selection {
  double share = 0.03125;  ///< of every language: 12.5B of 400B tokens
  mix_unit unit = mix_unit::tokens;
  budget_edge edge = budget_edge::include;  ///< is the file that crosses the budget in?
  shortfall missing = shortfall::report;    ///< a language too small for its share

  static constexpr auto fields() {
    using s = selection;
    return std::tuple{field{"share", &s::share, origin::derived}, field{"unit", &s::unit, origin::ours},
                      field{"edge", &s::edge, origin::ours}, field{"missing", &s::missing, origin::ours}};
  }
  friend constexpr bool operator==(selection const&, selection const&) = default;
};

consteval selection checked(selection s) {
  if (!(s.share > 0 && s.share <= 1)) broken::share_must_be_a_share();
  return s;
}

}  // namespace snowcoder::config

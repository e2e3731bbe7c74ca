// SPDX-License-Identifier: Apache-2.0
// The three phases as the paper prints them, and where it is silent about one of their numbers.
#pragma once

#include <snowcoder/config/phase.hpp>

#include <array>
#include <string_view>

namespace snowcoder::config {

inline constexpr std::array paper_phases{
    phase{.name = "general",
          .source = documents::general,
          .group = grouping::by_language_then_repository,
          .tokens = 500'000'000'000,
          .passes = 1.25,
          .rate = {law::warm_up_cosine, 5.3e-4, 5.3e-5, 600}},
    phase{.name = "high_quality",
          .source = documents::selected,
          .group = grouping::by_file,
          .tokens = 50'000'000'000,
          .passes = 4,
          .rate = {law::warm_up_linear, 5.3e-4, 0, 1000}},
    phase{.name = "synthetic",
          .source = documents::synthetic,
          .group = grouping::by_file,
          .tokens = 5'000'000'000,
          .passes = 2.5,
          .rate = {law::warm_up_linear, 5.3e-4, 0, 100}},
};

/// Where the value of a field of a paper's phase comes from: the batch is printed for the first phase only, no rate for the
/// third, the grouping of single files is ours, and passes over the first and third follow from the token counts.
constexpr origin phase_origin(std::string_view phase, std::string_view field, origin listed) {
  bool const first = phase == "general", third = phase == "synthetic";
  if (field == "sequences_per_step" && !first) return origin::ours;
  if (field == "group" && !first) return origin::ours;
  if (third && (field == "shape" || field == "peak" || field == "minimum" || field == "warm_up")) return origin::ours;
  if (field == "passes" && (first || third)) return origin::derived;
  return listed;
}

}  // namespace snowcoder::config

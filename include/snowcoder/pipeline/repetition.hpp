// SPDX-License-Identifier: Apache-2.0
// How often a phase goes over its text. A file that is too short for the phase is read again and again, which costs time and
// teaches little after about four passes (Muennighoff et al., arXiv 2305.16264), so whoever trains is told.
#pragma once

#include <snowcoder/config/phase.hpp>
#include <snowcoder/core/quantity.hpp>

#include <fmt/core.h>

#include <cstdint>
#include <string>

namespace snowcoder::pipeline {

/// Of a phase over a file of so many sequences.
constexpr double passes_over(config::phase const& p, int context, std::int64_t sequences) {
  return double(p.steps(context) * p.sequences_per_step) / double(sequences);
}

/// One line, if the phase reads the file half as often again as the recipe plans, or more; else nothing.
inline std::string repetition_note(config::phase const& p, int context, std::int64_t sequences) {
  auto const passes = passes_over(p, context, sequences);
  if (passes < 1.5 * p.passes) return {};
  auto const held = sequences * context;
  return fmt::format(
      "note: phase {} reads its {} tokens {:.1f} times, the recipe plans {:g}: pack more documents, or train a "
      "recipe whose phase has about {} tokens",
      p.name, with_commas(held), passes, p.passes, with_commas(std::int64_t(double(held) * p.passes)));
}

}  // namespace snowcoder::pipeline

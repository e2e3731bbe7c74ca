// SPDX-License-Identifier: Apache-2.0
// What self-tests end with: each verb beside its twin, a line for each, and whether all lie within their bounds.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <string>
#include <vector>

namespace snowcoder::pipeline {

/// How far a verb lies from its twin, at which shape, and how far it may.
struct comparison {
  std::string verb, shape;
  double apart, bound;
  bool passed() const { return apart <= bound; }
};

/// A line per verb, and failure when one of them lies farther from its twin than it may.
inline expected<outcome> report_selftest(run_context& run, std::vector<comparison> const& comparisons) {
  std::string failed;
  for (auto const& c : comparisons) {
    run.say(
        fmt::format("{} {:31} {:32} {:.2e} of {:.1e}", c.passed() ? "ok    " : "FAILED", c.verb, c.shape, c.apart, c.bound));
    run.log.event("self-test", {{"verb", c.verb}, {"shape", c.shape}, {"apart", c.apart}, {"bound", c.bound}});
    if (!c.passed()) failed += (failed.empty() ? "" : ", ") + c.verb;
  }
  if (!failed.empty())
    return failure("verbs lie farther from their twins than they may", failed,
                   "do not train on this device: look at its driver, its libraries and its memory");
  run.say(fmt::format("self-test: {} comparisons, all within their bounds", comparisons.size()));
  return outcome::done;
}

}  // namespace snowcoder::pipeline

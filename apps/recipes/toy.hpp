// SPDX-License-Identifier: Apache-2.0
// The paper's run at a size that two processor cores train in minutes: the quickstart's shapes under the paper's curriculum.
// Budgets keep the paper's ratios to each other, and a warm-up its share of the phase's steps. The recipes NAME_toy of this
// folder are the experiments NAME on top of it.
#pragma once

#include <snowcoder/config/paper_phases.hpp>
#include <snowcoder/recipes/quickstart.hpp>

namespace snowcoder::recipes {

struct toy : quickstart {
  static constexpr std::string_view name = "toy";
  static constexpr auto selection = arctic_snowcoder_1b3::selection;
  /// 65,536 tokens, 32 steps, for every 10 billion tokens of the paper's; its rates but for the quickstart's peak.
  static constexpr auto curriculum = [] {
    auto phases = config::paper_phases;
    for (auto& p : phases) {
      auto const steps = p.steps(arctic_snowcoder_1b3::model.context);
      p.tokens = p.tokens * 65'536 / 10'000'000'000;
      p.sequences_per_step = 4;
      p.rate.warm_up = int((p.rate.warm_up * p.steps(model.context) + steps / 2) / steps);
      p.rate.peak = quickstart::curriculum[0].rate.peak;
    }
    phases[0].rate.minimum = quickstart::curriculum[0].rate.minimum;
    return phases;
  }();
};
static_assert(config::coherent<toy>());

}  // namespace snowcoder::recipes

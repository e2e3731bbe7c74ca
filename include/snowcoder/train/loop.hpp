// SPDX-License-Identifier: Apache-2.0
// Walks a phase from where its state stands (paper section 2: general, high quality, synthetic), step by step under the
// phase's learning-rate law. Files are the caller's business: it hears of every step and may stop at any.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/record/training_step.hpp>
#include <snowcoder/train/loader.hpp>
#include <snowcoder/train/state.hpp>
#include <snowcoder/train/step.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::train {

/// What to do after a step.
enum class next : bool { stop, go_on };

/// Fails for a phase that asks for something the decoder cannot do with its data: rather no run than another one.
inline expected<void> check_trainable(config::phase const& p) {
  auto refuse = [&](char const* what, char const* remedy) { return failure(what, "phase " + std::string(p.name), remedy); };
  if (p.mask != config::document_mask::off)
    return refuse("attention masked between documents is not supported", "use document_mask::off");
  return {};
}

/// Trains `s` until the phase's last step. `after(training_step const&) -> expected<next>` is called after every step, with
/// the state already moved on.
template <config::recipe R, class Backend, class T, parallel::communicator Ranks, token_source Source, class After>
expected<void> run_phase(stepper<R, Backend, T, Ranks>& trainer, Ranks const& ranks, state<R, Backend>& s,
                         config::phase const& phase, loader<Source> const& data, After&& after) {
  constexpr std::int64_t context = R::model.context;
  auto const steps = phase.steps(R::model.context);
  auto const mine = parallel::share_of(phase.sequences_per_step, ranks.rank(), ranks.size());
  std::vector<token_id> tokens(std::size_t((mine.last - mine.first) * (context + 1)));
  matrix_view<token_id> const batch(tokens.data(), mine.last - mine.first, context + 1);
  auto& at = s.position;
  while (at.step < steps) {
    training_step row;
    row.rate = phase.rate.at(at.step, steps);
    row.pass = data.pass_of(at.sequences);
    data.read(at.sequences + mine.first, batch);
    auto const r = trainer.step(s, batch, phase.sequences_per_step, row.rate);
    row.loss = float(r.loss);
    row.gradient_norm = float(r.gradient_norm);
    if (!std::isfinite(r.loss) || !std::isfinite(r.gradient_norm))
      return failure("loss or gradient is not finite", std::string(phase.name) + " step " + std::to_string(at.step + 1),
                     "the checkpoints before it are good; lower the peak rate or train in f32");
    row.step = ++at.step;
    row.total_steps = ++at.total_steps;
    ++at.updates;
    at.sequences += phase.sequences_per_step;
    row.tokens = at.tokens += phase.tokens_per_step(R::model.context);
    SNOWCODER_TRY(auto what, after(row));
    if (what == next::stop) return {};
  }
  return {};
}

}  // namespace snowcoder::train

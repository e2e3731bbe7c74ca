// SPDX-License-Identifier: Apache-2.0
// Walks a phase from where its state stands (paper section 2: general, high quality, synthetic), step by step under the
// phase's learning-rate law. Files are the caller's business: it hears of every step and may stop at any.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/record/training_step.hpp>
#include <snowcoder/train/loader.hpp>
#include <snowcoder/train/spikes.hpp>
#include <snowcoder/train/state.hpp>
#include <snowcoder/train/step.hpp>

#include <cstdint>
#include <vector>

namespace snowcoder::train {

/// What to do after a step.
enum class next : bool { stop, go_on };

/// How a walk ended: at the phase's last step, where the caller said so, or before a step that its spike watch forbids.
enum class ending : std::uint8_t { complete, stopped, spiked };

/// Trains `s` until the phase's last step. `after(training_step const&, bool updated) -> expected<next>` is called after every
/// step, with the state already moved on. Of a spike that ends the walk it does not hear; `s` is then as it was before that
/// step.
template <config::recipe R, class Backend, class T, parallel::communicator Ranks, class Moment, token_source Source,
          class After>
expected<ending> run_phase(stepper<R, Backend, T, Ranks, Moment>& trainer, Ranks const& ranks, state<R, Backend, Moment>& s,
                           config::phase const& phase, loader<Source> const& data, spike_watch& watch, After&& after) {
  constexpr std::int64_t context = R::model.context;
  auto const steps = phase.steps(R::model.context);
  auto const mine = parallel::share_of(phase.sequences_per_step, ranks.rank(), ranks.size());
  std::vector<token_id> tokens(std::size_t(mine.size() * (context + 1)));
  matrix_view<token_id> const batch(tokens.data(), mine.size(), context + 1);
  auto& at = s.position;
  trainer.keep_documents_apart(phase.mask == config::document_mask::intra);
  while (at.step < steps) {
    training_step row;
    row.rate = phase.rate.at(at.step, steps);
    row.pass = data.pass_of(at.sequences);
    data.read(at.sequences + mine.first, batch);
    auto const r = trainer.step(s, batch, phase.sequences_per_step, row.rate, watch.longest());
    if (!r.updated && watch.policy() == spike_policy::stop) return ending::spiked;
    row.loss = float(r.loss);
    row.gradient_norm = float(r.gradient_norm);
    watch.saw(row.loss, row.gradient_norm);
    row.step = ++at.step;
    row.total_steps = ++at.total_steps;
    at.updates += r.updated;
    at.sequences += phase.sequences_per_step;
    row.tokens = at.tokens += phase.tokens_per_step(R::model.context);
    SNOWCODER_TRY(auto what, after(row, r.updated));
    if (what == next::stop && at.step < steps) return ending::stopped;
  }
  return ending::complete;
}

}  // namespace snowcoder::train

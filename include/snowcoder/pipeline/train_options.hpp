// SPDX-License-Identifier: Apache-2.0
// What `train` is told on its command line, and what follows from it.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/pipeline/evaluation_hook.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/train/lanes.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

struct train_options {
  std::filesystem::path run;
  std::string phase;             ///< empty: the whole curriculum
  std::int64_t steps = 0;        ///< stop after so many steps of this call; 0: at the end
  std::filesystem::path from;    ///< checkpoint that the phase starts from, instead of the phase before it
  std::string arm;               ///< another name for the phase's outputs
  std::filesystem::path tokens;  ///< prefix of another token file
  std::string device = "cpu", precision = "f32";
  std::string moments = "f32";        ///< how the optimizer's moments are stored; bf16 needs products in bf16
  std::string recompute = "nothing";  ///< or blocks: less memory, a third more time, the same bits
  int micro_batch = 0;                ///< sequences at a time; 0: as many as fit two gigabytes
  bool graphs = false;                ///< passes of a GPU are launched whole; the same bits
  bool free_order = false;            ///< a GPU's gradient of attention adds up in any order: quicker, and other bits each time
  bool pin_threads = false;           ///< a processor for each thread
  evaluation_options evaluation;      ///< what is measured on the way
  std::int64_t checkpoint_every = 0;  ///< steps; 0: a tenth of the phase, at most 1000
  int keep = 2;                       ///< step checkpoints of a phase that stay
  bool wait_for_checkpoints = false;  ///< write from the state itself while training waits: a copy of it less in memory
  std::string spikes = "stop";        ///< or skip: what to do about a step that would spoil the run
  double spike_factor = 0;            ///< times the median norm of the last updates; 0: only what is not finite
  bool selftest = false;              ///< no training: every verb against its twin (selftest.hpp)
  double peak = 0;                    ///< FLOP/s that utilisation is a share of; 0: measured

  config::recompute again() const { return recompute == "blocks" ? config::recompute::blocks : config::recompute::nothing; }
};

/// The whole program (train.hpp defines it). Requires what the flags of `train` promise: phase is empty or a phase's name,
/// from, arm and tokens only with a phase, tokens only with an arm.
template <config::recipe R>
expected<outcome> train_recipe(run_context& run, train_options const& options);

/// Sequences whose activations take less than two gigabytes, at most eight.
template <config::recipe R>
constexpr int default_micro_batch(config::phase const& p, dtype products, config::recompute again) {
  auto const bytes = [&](int sequences) {
    auto const m = config::memory_of_step(R::model, {.products = products, .again = again, .micro_batch = sequences});
    return m.kept + m.backward;
  };
  int n = 1;
  while (n < 8 && n < p.sequences_per_step && bytes(n * 2) < (std::int64_t(2) << 30)) n *= 2;
  return n;
}
/// Sequences of the largest lane (train/lanes.hpp): more never go through the model together.
template <config::recipe R>
constexpr int lane_sequences(config::phase const& p) {
  constexpr int lanes = R::reduction_lanes;
  return (p.sequences_per_step + lanes - 1) / lanes;
}

}  // namespace snowcoder::pipeline

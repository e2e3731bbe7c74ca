// SPDX-License-Identifier: Apache-2.0
// What training changes: f32 weights, moments in f32 or bf16, in device memory, and where the run stands. This, and nothing
// else, is what a checkpoint holds. Processes that share a step have all weights each, and moments of the part that they own.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/phase.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/nn/initialise.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/record/position.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace snowcoder::train {

template <config::named_model R, class Backend, class Moment = float>
class state {
 public:
  static constexpr std::int64_t size = config::parameters(R::model);
  static constexpr std::int64_t bytes = size * std::int64_t(sizeof(float) + 2 * sizeof(Moment));

  /// `part`: the elements whose moments are kept here (parallel/communicator.hpp).
  explicit state(Backend& device, parallel::share part = {0, size})
      : owned(part), weights(size), first_moment(owned.size()), second_moment(owned.size()), device_(device) {}

  /// The weights of step 0, from a seed; moments are zero. Drawn on the host by `threads` threads.
  void initialise(std::uint64_t seed, int threads = int(std::thread::hardware_concurrency())) {
    thread_pool pool(threads);
    std::vector<float> values;
    for (auto const& p : nn::decoder_parameters<R>()) {
      values.resize(std::size_t(p.size()));
      nn::initialise<R>(values.data(), p, seed, pool);
      upload(device_, weights.data() + p.offset, values.data(), p.size());
    }
    fill(device_, first_moment.data(), Moment(0.0f), owned.size());
    fill(device_, second_moment.data(), Moment(0.0f), owned.size());
    position = {};
    position.seed = seed;
  }

  /// Begins a phase: its counters start at zero, and the optimizer's memory with them if the phase says so.
  void begin(config::phase const& phase) {
    position.phase = phase.name;
    position.step = position.sequences = 0;
    if (phase.start == config::optimizer_start::carry) return;
    position.updates = 0;
    fill(device_, first_moment.data(), Moment(0.0f), owned.size());
    fill(device_, second_moment.data(), Moment(0.0f), owned.size());
  }

  parallel::share owned;
  typename Backend::template buffer<float> weights;
  typename Backend::template buffer<Moment> first_moment, second_moment;
  training_position position;

 private:
  Backend& device_;
};

}  // namespace snowcoder::train

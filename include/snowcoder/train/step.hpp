// SPDX-License-Identifier: Apache-2.0
// One optimizer step: the gradient of the mean loss over the step's targets, accumulated in f32 sequence by sequence in
// their order, clipped by its global norm, then Adam with decoupled decay (paper section 3.1; constants in config/optimizer).
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/nn/adamw.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/record/token_run.hpp>
#include <snowcoder/train/state.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace snowcoder::train {

/// T: float or bfloat16, the type of products and activations. Weights, gradient sum and moments are f32 either way.
template <config::recipe R, class Backend, class T, parallel::communicator Ranks>
class stepper {
 public:
  struct result {
    double loss;           ///< mean over the step's targets, nats
    double gradient_norm;  ///< before clipping
  };

  /// `micro_batch` sequences go through the model together; how many does not change a bit of the result.
  stepper(Backend& device, Ranks& ranks, int micro_batch)
      : device_(device),
        ranks_(ranks),
        micro_batch_(micro_batch),
        model_(device, micro_batch),
        gradient_(state<R, Backend>::size),
        lookups_(R::model.tied ? lookups : 0),
        parameters_(nn::decoder_parameters<R>(R::optimizer.decayed)) {}

  int micro_batch() const { return micro_batch_; }

  /// `sequences`: this rank's part of the step, (sequences, context + 1). `in_step`: sequences of all ranks together.
  /// The state's counters are left to the caller; a result that is not finite leaves weights and moments as they were.
  result step(state<R, Backend>& s, matrix_view<token_id const> sequences, std::int64_t in_step, double rate) {
    auto const size = state<R, Backend>::size;
    auto const targets = in_step * (sequences.columns - 1);
    model_.load(s.weights.data());
    fill(device_, gradient_.data(), 0.0f, size);
    if (R::model.tied) fill(device_, lookups_.data(), 0.0f, lookups);
    double sum = 0;
    for (std::int64_t first = 0; first < sequences.rows; first += micro_batch_)
      sum +=
          model_.loss_and_gradient(sequences.slice(first, std::min<std::int64_t>(micro_batch_, sequences.rows - first)),
                                   float(1.0 / double(targets)), gradient_.data(), R::model.tied ? lookups_.data() : nullptr);
    if (R::model.tied) {
      float* const embedding = gradient_.data() + nn::decoder_layout(R::model).embedding();
      add(device_, embedding, embedding, lookups_.data(), lookups);
    }
    ranks_.sum(gradient_.data(), size);
    result const r{ranks_.sum(sum) / double(targets), nn::gradient_norm(device_, gradient_.data(), size)};
    if (!std::isfinite(r.loss) || !std::isfinite(r.gradient_norm)) return r;
    nn::adamw(device_, s.weights.data(), s.first_moment.data(), s.second_moment.data(), gradient_.data(), parameters_,
              R::optimizer, rate, s.position.updates + 1, nn::clip_scale(r.gradient_norm, R::optimizer.clip));
    return r;
  }

 private:
  /// Of a tied embedding's two gradients, the one that comes from looking tokens up; the other stands in gradient_.
  static constexpr std::int64_t lookups = std::int64_t(R::model.vocabulary) * R::model.width;

  Backend& device_;
  Ranks& ranks_;
  int micro_batch_;
  nn::decoder<R, Backend, T> model_;
  typename Backend::template buffer<float> gradient_, lookups_;
  std::vector<nn::parameter> parameters_;
};

}  // namespace snowcoder::train

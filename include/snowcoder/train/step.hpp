// SPDX-License-Identifier: Apache-2.0
// One optimizer step: the gradient of the mean loss over the step's targets, accumulated in f32 in the order of
// train/lanes.hpp, clipped by its global norm, then Adam with decoupled decay (paper section 3.1; constants in
// config/optimizer).
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/vocabulary.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/nn/adamw.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/record/token_id.hpp>
#include <snowcoder/train/lanes.hpp>
#include <snowcoder/train/state.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace snowcoder::train {

/// T: float or bfloat16, the type of products and activations. Weights and gradient sum are f32 either way, moments are of
/// type Moment.
template <config::recipe R, class Backend, class T, parallel::communicator Ranks, class Moment = float>
class stepper {
 public:
  struct result {
    double loss;           ///< mean over the step's targets, nats
    double gradient_norm;  ///< before clipping
    bool updated;          ///< false: weights and moments are as they were
  };

  /// `micro_batch` sequences go through the model together; how many does not change a bit of the result, nor does what is
  /// computed again.
  stepper(Backend& device, Ranks& ranks, int micro_batch, config::recompute again = config::recompute::nothing)
      : device_(device),
        ranks_(ranks),
        micro_batch_(micro_batch),
        model_(device, micro_batch, again),
        lookups_(R::model.tied ? lookups : 0),
        owned_(parallel::owned_by(size, ranks.rank(), ranks.size())),
        parameters_(owned_parameters(owned_)) {}

  int micro_batch() const { return micro_batch_; }

  /// Whether attention stays within documents, from here on.
  void keep_documents_apart(bool apart) {
    model_.keep_documents_apart(apart ? std::optional<std::int32_t>(config::end_of_text) : std::nullopt);
  }

  /// The model with these weights, to read with until the next step.
  auto& model_of(state<R, Backend, Moment> const& s) {
    model_.use(s.weights.data());
    return model_;
  }

  /// `sequences`: this rank's part of the step, (sequences, context + 1). `in_step`: sequences of all ranks together, at least
  /// one a rank. The state's counters are left to the caller. A result that is not finite, or whose gradient is longer than
  /// `longest`, leaves weights and moments as they were.
  result step(state<R, Backend, Moment>& s, matrix_view<token_id const> sequences, std::int64_t in_step, double rate,
              double longest = std::numeric_limits<double>::infinity()) {
    auto const mine = lanes_of<R>(ranks_.rank(), ranks_.size());
    begin_ = parallel::share_of(in_step, ranks_.rank(), ranks_.size()).first;
    require(sequences.rows > 0, "step: every rank has a sequence");
    require(s.owned == owned_, "step: the state keeps the moments that this rank owns");
    sequences_ = sequences;
    in_step_ = in_step;
    loss_ = 0;
    model_.use(s.weights.data());
    accumulate(mine.first, mine.last, 0);
    auto& gradient = gradients_[0];
    ranks_.sum_to_owners(gradient.data(), size);
    double const norm = std::sqrt(ranks_.sum_over_owners(squares(owned_, R::reduction_lanes / ranks_.size())));
    result r{ranks_.sum(loss_) / double(in_step * (sequences.columns - 1)), norm, false};
    r.updated = std::isfinite(r.loss) && std::isfinite(norm) && norm <= longest;
    if (!r.updated) return r;
    nn::adamw(device_, s.weights.data(), s.first_moment.data(), s.second_moment.data(), gradient.data(), parameters_, optimizer,
              rate, s.position.updates + 1, nn::clip_scale(norm, optimizer.clip), s.position.seed);
    ranks_.from_owners(s.weights.data(), size);
    return r;
  }

 private:
  static constexpr std::int64_t size = state<R, Backend, Moment>::size;
  static constexpr config::optimizer optimizer = config::checked(R::optimizer);
  /// Of a tied embedding's two gradients, the one that comes from looking tokens up; the other stands in the lane's gradient.
  static constexpr std::int64_t lookups = std::int64_t(R::model.vocabulary) * R::model.width;

  /// The tensors, or parts of them, that lie in `owned`.
  static std::vector<nn::parameter> owned_parameters(parallel::share owned) {
    std::vector<nn::parameter> some;
    for (auto p : nn::decoder_parameters<R>(optimizer.decayed)) {
      auto const first = std::max(p.offset, owned.first), last = std::min(p.offset + p.size(), owned.last);
      if (first >= last) continue;
      if (last - first < p.size()) p.rows = 1, p.columns = last - first;
      p.offset = first;
      some.push_back(std::move(p));
    }
    return some;
  }

  /// The sum of squares of a part of the gradient, in the tree of its halves: its leaves are what as many ranks as there are
  /// lanes would own.
  double squares(parallel::share part, int leaves) {
    if (leaves == 1) return sum_of_squares(device_, gradients_[0].data() + part.first, part.size());
    double const lower = squares(parallel::half_of(part, false), leaves / 2);
    return lower + squares(parallel::half_of(part, true), leaves / 2);
  }

  /// The sum of lanes [first, last) into gradients_[depth]; false, and nothing written, when they hold no sequence.
  bool accumulate(std::int64_t first, std::int64_t last, std::size_t depth) {
    if (last - first == 1) return accumulate_lane(int(first), depth);
    auto const middle = first + (last - first) / 2;
    bool const left = accumulate(first, middle, depth), right = accumulate(middle, last, depth + left);
    if (left && right) add(device_, gradients_[depth].data(), gradients_[depth].data(), gradients_[depth + 1].data(), size);
    return left || right;
  }

  bool accumulate_lane(int lane, std::size_t depth) {
    auto const all = parallel::share_of(in_step_, lane, R::reduction_lanes);
    if (all.size() == 0) return false;
    while (gradients_.size() <= depth) gradients_.emplace_back(size);
    float* const gradient = gradients_[depth].data();
    fill(device_, gradient, 0.0f, size);
    if (R::model.tied) fill(device_, lookups_.data(), 0.0f, lookups);
    float const scale = float(1.0 / double(in_step_ * (sequences_.columns - 1)));
    for (auto first = all.first; first < all.last; first += micro_batch_) {
      auto const batch = sequences_.slice(first - begin_, std::min<std::int64_t>(micro_batch_, all.last - first));
      loss_ += model_.loss_and_gradient(batch, scale, gradient, R::model.tied ? lookups_.data() : nullptr);
    }
    if (R::model.tied) {
      float* const embedding = gradient + nn::decoder_layout(R::model).embedding();
      add(device_, embedding, embedding, lookups_.data(), lookups);
    }
    return true;
  }

  Backend& device_;
  Ranks& ranks_;
  int micro_batch_;
  nn::decoder<R, Backend, T> model_;
  std::vector<typename Backend::template buffer<float>> gradients_;  ///< by depth of the tree, made when first needed
  typename Backend::template buffer<float> lookups_;
  parallel::share owned_;  ///< whose sums this rank has, and which it updates
  std::vector<nn::parameter> parameters_;
  // Of the step that is under way.
  matrix_view<token_id const> sequences_{nullptr, 0, 0};
  std::int64_t begin_ = 0, in_step_ = 0;
  double loss_ = 0;
};

}  // namespace snowcoder::train

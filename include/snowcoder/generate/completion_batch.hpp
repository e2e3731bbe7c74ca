// SPDX-License-Identifier: Apache-2.0
// Many completions on one model: as many at a time as it has slots, a token for each of them at every round, and the next
// prompt where one ends. What is answered does not depend on who is answered beside it.
#pragma once

#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/generate/completion.hpp>
#include <snowcoder/record/token_id.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::generate {

/// Reads the tokens of several sequences; nn::decoder_cache is one.
template <class M>
concept batch_language_model = requires(M& m, M const& c, std::int64_t slot, std::span<std::int64_t const> slots,
                                        std::span<token_id const> ids,
                                        std::function<void(std::int64_t, std::span<float const>)> each) {
  { m.append(slot, ids, each) } -> std::convertible_to<std::span<float const>>;
  { m.step(slots, ids) } -> std::convertible_to<matrix_view<float const>>;
  m.reset(slot);
  { c.size(slot) } -> std::convertible_to<std::int64_t>;
  { c.slots() } -> std::convertible_to<std::int64_t>;
  { c.context() } -> std::convertible_to<std::int64_t>;
};

struct batch_request {
  std::vector<token_id> prompt;  ///< 1 id to what the model's context holds
  completion_options options;
  /// Takes a piece of the answer, and, empty, the question whether it is still wanted before it begins; false ends it.
  std::function<bool(std::string_view)> said = [](std::string_view) { return true; };
  std::function<void(completion)> done;
};

template <batch_language_model Model, text_codec Codec>
class completion_batch {
 public:
  completion_batch(Model& model, Codec const& codec) : model_(model), codec_(codec) {
    for (auto slot = model.slots(); slot-- > 0;) free_.push_back(slot);
  }
  void add(batch_request request) { waiting_.push_back(std::move(request)); }
  bool idle() const { return waiting_.empty() && running_.empty(); }

  /// Begins what has a slot, in the order in which it came, then adds a token to every answer that runs.
  void round() {
    while (!waiting_.empty() && !free_.empty()) {
      auto request = std::move(waiting_.front());
      waiting_.pop_front();
      begin(std::move(request));
    }
    if (running_.empty()) return;
    slots_.clear();
    ids_.clear();
    for (auto const& r : running_) {
      slots_.push_back(r.slot);
      ids_.push_back(r.state.last());
    }
    matrix_view<float const> const logits = model_.step(slots_, ids_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < running_.size(); ++i) {
      auto& r = running_[i];
      if (!go_on(r, {logits.row(std::int64_t(i)), std::size_t(logits.columns)})) {
        free_.push_back(r.slot);
        r.request.done(std::move(r.state.result()));
      } else if (i == kept++) {
        continue;
      } else {
        running_[kept - 1] = std::move(r);
      }
    }
    running_.erase(running_.begin() + std::ptrdiff_t(kept), running_.end());
  }

 private:
  struct running {
    std::int64_t slot = 0;
    batch_request request;
    answer<Codec> state;
  };
  bool go_on(running& r, std::span<float const> logits) {
    return r.state.take(logits, model_.size(r.slot) < model_.context(), r.request.said);
  }
  void begin(batch_request request) {
    if (!request.said({})) return request.done({});
    answer<Codec> state(codec_, std::move(request.prompt), request.options);
    if (state.empty()) return request.done(std::move(state.result()));
    running r{free_.back(), std::move(request), std::move(state)};
    model_.reset(r.slot);
    std::function<void(std::int64_t, std::span<float const>)> each;
    if (r.state.options().prompt_judged) each = [&](std::int64_t i, std::span<float const> logits) { r.state.hear(i, logits); };
    if (!go_on(r, model_.append(r.slot, r.state.prompt(), each))) return r.request.done(std::move(r.state.result()));
    free_.pop_back();
    running_.push_back(std::move(r));
  }

  Model& model_;
  Codec const& codec_;
  std::deque<batch_request> waiting_;
  std::vector<running> running_;
  std::vector<std::int64_t> free_, slots_;
  std::vector<token_id> ids_;
};

}  // namespace snowcoder::generate

// SPDX-License-Identifier: Apache-2.0
// The Llama decoder that the method trains (paper section 2): loss, gradient and logits of a micro-batch, in terms of
// backend verbs. T is the type of weights and activations; sums, the gradient and the loss are wider. Lengths that are a
// multiple of 64 give the same bits however sequences are batched (cpu/rms_norm.hpp forms its sums in pieces of 64 rows).
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/recorder.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/nn/block.hpp>
#include <snowcoder/nn/decoder_activations.hpp>
#include <snowcoder/nn/decoder_head.hpp>
#include <snowcoder/nn/decoder_weights.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace snowcoder::nn {

template <config::named_model R, class Backend, class T>
class decoder {
  static_assert(decoder_backend<Backend, T>);
  static constexpr config::decoder_shape shape = R::model;

 public:
  /// Activations for up to `sequences` sequences of up to R::model.context tokens; made when first needed. `again`: what a
  /// gradient computes twice to need less memory; then copies of weights are made layer by layer too.
  decoder(Backend& device, int sequences, config::recompute again = config::recompute::nothing)
      : device_(device),
        sequences_(sequences),
        again_(again),
        weights_(device, copies_for(again)),
        head_(device, std::int64_t(sequences) * shape.context),
        ids_(std::int64_t(sequences) * shape.context),
        targets_(std::int64_t(sequences) * shape.context) {
    require(sequences > 0, "decoder: room for at least one sequence");
  }

  /// Flat float weights (decoder_parameters order, device memory) -> compute copies in T.
  void load(float const* weights) { weights_.load(weights); }
  /// The same, but weights in float are read where they lie, also after they changed.
  void use(float const* weights) { weights_.use(weights); }

  /// A token of this id opens a document, and attention does not see beyond the one that its row is in; nothing: it sees the
  /// whole sequence. For all calls from here on.
  void keep_documents_apart(std::optional<std::int32_t> opening) {
    opening_ = opening;
    if (opening && starts_.size() == 0)
      starts_ = typename Backend::template buffer<std::int32_t>(std::int64_t(sequences_) * shape.context);
  }

  /// tokens (sequences, length + 1). The sum of cross-entropies in nats over all targets; optionally each of them,
  /// (sequences, length), on the host.
  double loss(matrix_view<std::int32_t const> tokens, float* per_target = nullptr) {
    auto const s = take(tokens, tokens.columns - 1, true);
    auto& a = activations(kept_layers::none);
    forward(a, s);
    return head_.loss(weights_, a.final_normed(s.rows()), s.length, targets_.data(), per_target);
  }

  /// The same sum; adds scale * its gradient to the flat float `gradient` (device memory). The part that comes from looking
  /// tokens up goes to `lookups` (vocabulary, width) when given: in a tied model it shares the embedding's place with the
  /// head, and only who keeps the two sums apart gets the same bits however sequences are batched.
  double loss_and_gradient(matrix_view<std::int32_t const> tokens, float scale, float* gradient, float* lookups = nullptr) {
    auto const s = take(tokens, tokens.columns - 1, true);
    auto& a = activations(kept_for_gradient(again_));
    pass here{false, s.sequences, s.length, s.starts, weights_.source(), nullptr, nullptr};
    run(here, s, [&] { forward(a, s); });
    double const sum = head_.loss_and_gradient(weights_, {gradient}, a.projected(s.rows()), a.final_normed(s.rows()), s.length,
                                               targets_.data(), scale);
    here.backward = true, here.gradient = gradient, here.lookups = lookups;
    run(here, s, [&] { backward(a, s, gradient, lookups); });
    return sum;
  }

  /// Logits of every position of tokens (sequences, length) into `out` (sequences * length, vocabulary), on the host.
  void logits(matrix_view<std::int32_t const> tokens, float* out) {
    auto const s = take(tokens, tokens.columns, false);
    auto& a = activations(kept_layers::none);
    forward(a, s);
    head_.logits(weights_, a.final_normed(s.rows()), out);
  }

 private:
  static constexpr float epsilon = float(shape.norm_epsilon);
  using activations_type = decoder_activations<R, Backend, T>;

  /// All that differs between passes of training but for what is uploaded; where activations lie is up to activations().
  struct pass {
    bool backward;
    std::int64_t sequences, length;
    std::int32_t const* starts;
    void const* weights;
    float *gradient, *lookups;  ///< of a backward pass
    friend auto operator<=>(pass const&, pass const&) = default;
  };

  static constexpr weight_copies copies_for(config::recompute again) {
    return again == config::recompute::blocks ? weight_copies::layer_by_layer : weight_copies::all;
  }

  /// As the device does what it has done before; but a list of documents is another one each time, and in no key.
  template <class Body>
  void run(pass const& here, attention_shape const& s, Body const& body) {
    s.documents.empty() ? passes_.run(device_, here, body) : body();
  }

  attention_shape take(matrix_view<std::int32_t const> tokens, std::int64_t length, bool with_targets) {
    require(tokens.rows > 0 && tokens.rows <= sequences_, "decoder: as many sequences as it was made for");
    require(length > 0 && length <= shape.context, "decoder: a length within the context");
    std::vector<std::int32_t> ids, targets, starts;
    documents_.clear();
    for (std::int64_t i = 0; i < tokens.rows; ++i)
      for (std::int64_t j = 0; j < tokens.columns; ++j) {
        auto const id = tokens.row(i)[j];
        require(id >= 0 && id < shape.vocabulary, "decoder: token ids within the vocabulary");
        if (j < length) ids.push_back(id);
        if (opening_ && j < length) {
          bool const opens = j == 0 || id == *opening_;
          if (opens) documents_.push_back(std::int32_t(i * length + j));
          starts.push_back(opens ? std::int32_t(j) : starts.back());
        }
        if (with_targets && j > 0) targets.push_back(id);
      }
    upload(device_, ids_.data(), ids.data(), std::int64_t(ids.size()));
    upload(device_, targets_.data(), targets.data(), std::int64_t(targets.size()));
    upload(device_, starts_.data(), starts.data(), std::int64_t(starts.size()));
    attention_shape s{
        tokens.rows, length, shape.heads, shape.kv_heads, shape.head_width(), opening_ ? starts_.data() : nullptr};
    documents_.push_back(std::int32_t(s.rows()));
    if constexpr (may_list_documents<Backend>)
      if (lists_documents(device_, dtype_of<T>, s)) s.documents = documents_;
    return s;
  }

  /// Memory for a pass; what keeps every layer serves a pass that need not.
  activations_type& activations(kept_layers kept) {
    if (!activations_ || activations_->kept() < kept) {
      passes_.forget();
      activations_.reset();
      activations_.emplace(std::int64_t(sequences_) * shape.context, kept);
    }
    return *activations_;
  }

  void forward(activations_type& a, attention_shape const& s) {
    auto const rows = s.rows();
    embed(device_, a.input(0, rows), weights_.embedding(), ids_.data());
    for (std::int64_t i = 0; i < shape.layers; ++i) {
      weights_.bring(i);
      block_forward<R>(device_, a, weights_, i, s);
    }
    rms_norm(device_, a.final_normed(rows), matrix_view<T const>(a.input(shape.layers, rows)), weights_.final_norm(), epsilon);
  }

  /// From the head's gradient in a.projected.
  void backward(activations_type& a, attention_shape const& s, float* gradient, float* lookups) {
    decoder_gradients<R> const g{gradient};
    auto const rows = s.rows();
    auto const dx = a.gradient(rows);
    fill(device_, dx.data, T(0.0f), dx.size());
    rms_norm_backward(device_, dx, g.final_norm(), matrix_view<T const>(a.projected(rows)),
                      matrix_view<T const>(a.input(shape.layers, rows)), weights_.final_norm(), epsilon);
    for (std::int64_t i = shape.layers - 1; i >= 0; --i) {
      if (i < shape.layers - 1) weights_.bring(i);  // the last one stands
      if (!a.holds(i)) block_recompute<R>(device_, a, weights_, i, s);
      block_backward<R>(device_, a, weights_, g, i, s);
    }
    auto const table = lookups ? matrix_view<float>(lookups, shape.vocabulary, shape.width) : g.embedding();
    embed_backward(device_, table, matrix_view<T const>(dx), ids_.data());
  }

  Backend& device_;
  int sequences_;
  config::recompute again_;
  decoder_weights<R, Backend, T> weights_;
  decoder_head<R, Backend, T> head_;
  typename Backend::template buffer<std::int32_t> ids_, targets_, starts_;
  std::vector<std::int32_t> documents_;  ///< of the sequences at hand
  std::optional<std::int32_t> opening_;
  std::optional<activations_type> activations_;
  recorder_of<Backend, pass> passes_;
};

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// The memory of one forward (and backward) pass of a decoder. For training every layer keeps its own, or its input alone, from
// which the rest is computed again; for a loss one layer's memory serves all.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/nn/attention.hpp>
#include <snowcoder/nn/swiglu.hpp>

#include <cstdint>

namespace snowcoder::nn {

/// What stays of the layers that a pass went through, from little to much.
enum class kept_layers : std::uint8_t { none, inputs, whole };
constexpr kept_layers kept_for_gradient(config::recompute r) {
  return r == config::recompute::blocks ? kept_layers::inputs : kept_layers::whole;
}

template <config::named_model R, class Backend, class T>
class decoder_activations {
  static constexpr config::decoder_shape shape = R::model;
  static constexpr std::int64_t width = shape.width, packed = shape.width + 2 * shape.kv_width(), hidden = shape.hidden;
  template <class E>
  using buffer = typename Backend::template buffer<E>;

 public:
  /// Room for `rows` tokens.
  decoder_activations(std::int64_t rows, kept_layers kept)
      : rows_(rows),
        kept_(kept),
        inputs_(input_slots(kept) * rows * width),
        middles_(slots(kept) * rows * width),
        norms_(2 * slots(kept) * rows * width),
        qkv_(slots(kept) * rows * packed),
        attended_(slots(kept) * rows * width),
        log_sums_(slots(kept) * rows * shape.heads),
        gate_up_(slots(kept) * rows * 2 * hidden),
        products_(slots(kept) * rows * hidden),
        projected_(rows * width),
        final_(rows * width) {
    if (kept == kept_layers::none) return;
    gradient_ = buffer<T>(rows * width);
    dqkv_ = buffer<T>(rows * packed);
    dgate_up_ = buffer<T>(rows * 2 * hidden);
    dproduct_ = buffer<T>(rows * hidden);
  }

  /// What enters layer i; what leaves the last one for i == layers.
  matrix_view<T> input(std::int64_t i, std::int64_t rows) {
    return at(inputs_, kept_ == kept_layers::none ? i % 2 : i, rows, width);
  }
  /// Between the halves of layer i.
  matrix_view<T> middle(std::int64_t i, std::int64_t rows) { return at(middles_, slot(i), rows, width); }
  attention_activations<T> attention(std::int64_t i, std::int64_t rows) {
    return {at(norms_, 2 * slot(i), rows, width), at(qkv_, slot(i), rows, packed), at(attended_, slot(i), rows, width),
            log_sums_.data() + slot(i) * rows_ * shape.heads};
  }
  swiglu_activations<T> feed_forward(std::int64_t i, std::int64_t rows) {
    return {at(norms_, 2 * slot(i) + 1, rows, width), at(gate_up_, slot(i), rows, 2 * hidden),
            at(products_, slot(i), rows, hidden)};
  }
  matrix_view<T> projected(std::int64_t rows) { return {projected_.data(), rows, width}; }
  matrix_view<T> final_normed(std::int64_t rows) { return {final_.data(), rows, width}; }

  // Scratch of the backward pass.
  matrix_view<T> gradient(std::int64_t rows) { return {gradient_.data(), rows, width}; }
  matrix_view<T> dqkv(std::int64_t rows) { return {dqkv_.data(), rows, packed}; }
  matrix_view<T> dgate_up(std::int64_t rows) { return {dgate_up_.data(), rows, 2 * hidden}; }
  matrix_view<T> dproduct(std::int64_t rows) { return {dproduct_.data(), rows, hidden}; }

  kept_layers kept() const { return kept_; }
  /// Whether layer i still stands as the forward pass left it.
  bool holds(std::int64_t i) const { return kept_ == kept_layers::whole || i == shape.layers - 1; }

 private:
  static constexpr std::int64_t slots(kept_layers kept) { return kept == kept_layers::whole ? shape.layers : 1; }
  static constexpr std::int64_t input_slots(kept_layers kept) { return kept == kept_layers::none ? 2 : shape.layers + 1; }
  std::int64_t slot(std::int64_t layer) const { return kept_ == kept_layers::whole ? layer : 0; }
  matrix_view<T> at(buffer<T>& values, std::int64_t index, std::int64_t rows, std::int64_t columns) {
    return {values.data() + index * rows_ * columns, rows, columns};
  }

  std::int64_t rows_;
  kept_layers kept_;
  buffer<T> inputs_, middles_, norms_, qkv_, attended_;
  buffer<float> log_sums_;
  buffer<T> gate_up_, products_, projected_, final_;
  buffer<T> gradient_, dqkv_, dgate_up_, dproduct_;
};

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// The memory of one forward (and backward) pass of a decoder. For training every layer keeps its own; for a loss alone one
// layer's memory serves all.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/nn/attention.hpp>
#include <snowcoder/nn/swiglu.hpp>

#include <cstdint>

namespace snowcoder::nn {

template <config::named_model R, class Backend, class T>
class decoder_activations {
  static constexpr config::decoder_shape shape = R::model;
  static constexpr std::int64_t width = shape.width, packed = shape.width + 2 * shape.kv_width(), hidden = shape.hidden;
  template <class E>
  using buffer = typename Backend::template buffer<E>;

 public:
  /// Room for `rows` tokens; `kept`: of every layer.
  decoder_activations(std::int64_t rows, bool kept)
      : rows_(rows),
        layers_(kept ? shape.layers : 1),
        kept_(kept),
        inputs_((kept ? shape.layers + 1 : 2) * rows * width),
        middles_(layers_ * rows * width),
        norms_(2 * layers_ * rows * width),
        qkv_(layers_ * rows * packed),
        attended_(layers_ * rows * width),
        log_sums_(layers_ * rows * shape.heads),
        gate_up_(layers_ * rows * 2 * hidden),
        products_(layers_ * rows * hidden),
        projected_(rows * width),
        final_(rows * width) {
    if (!kept) return;
    gradient_ = buffer<T>(rows * width);
    dqkv_ = buffer<T>(rows * packed);
    dgate_up_ = buffer<T>(rows * 2 * hidden);
    dproduct_ = buffer<T>(rows * hidden);
  }

  /// What enters layer i; what leaves the last one for i == layers.
  matrix_view<T> input(std::int64_t i, std::int64_t rows) { return at(inputs_, kept_ ? i : i % 2, rows, width); }
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

  bool kept() const { return kept_; }

 private:
  std::int64_t slot(std::int64_t layer) const { return kept_ ? layer : 0; }
  matrix_view<T> at(buffer<T>& values, std::int64_t index, std::int64_t rows, std::int64_t columns) {
    return {values.data() + index * rows_ * columns, rows, columns};
  }

  std::int64_t rows_, layers_;
  bool kept_;
  buffer<T> inputs_, middles_, norms_, qkv_, attended_;
  buffer<float> log_sums_;
  buffer<T> gate_up_, products_, projected_, final_;
  buffer<T> gradient_, dqkv_, dgate_up_, dproduct_;
};

}  // namespace snowcoder::nn

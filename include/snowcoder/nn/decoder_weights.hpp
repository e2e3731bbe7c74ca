// SPDX-License-Identifier: Apache-2.0
// The decoder's weights in the type that computes, in device memory, and views of every layer in them or in a gradient.
#pragma once

#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/nn/attention.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>
#include <snowcoder/nn/swiglu.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::nn {

/// Of which weights there are copies in T: all at once, or the embedding, the head and the layer that is being walked.
enum class weight_copies : bool { all, layer_by_layer };

/// A copy of the flat float weights in T, or floats where they lie, with the table of rotary angles.
template <config::named_model R, class Backend, class T>
class decoder_weights {
 public:
  static constexpr config::decoder_shape shape = config::checked(R::model);
  static constexpr decoder_layout layout{R::model};

  explicit decoder_weights(Backend& device, weight_copies copies = weight_copies::all)
      : device_(device),
        place_(by_layer(copies) ? of_one_layer() : layout),
        angles_(2 * std::int64_t(shape.context) * (shape.head_width() / 2)) {
    auto const table = rope_table(shape.context, shape.head_width(), shape.rope_theta);
    upload(device_, angles_.data(), table.data(), std::int64_t(table.size()));
  }
  /// `weights`: config::parameters(R::model) floats in device memory, in the order of decoder_parameters(). Where copies are
  /// made layer by layer, they must stay where they are.
  void load(float const* weights) {
    if (values_.size() == 0) values_ = typename Backend::template buffer<T>(place_.size());
    at_ = values_.data();
    if (place_.layers == layout.layers) return cast(device_, values_.data(), weights, layout.size());
    masters_ = weights;
    cast(device_, values_.data(), weights, layout.layer(0));
    cast(device_, values_.data() + place_.final_norm(), weights + layout.final_norm(), layout.size() - layout.final_norm());
  }
  /// Before layer i is read: it stands until another is brought.
  void bring(std::int64_t i) {
    if (place_.layers == layout.layers) return;
    cast(device_, values_.data() + place_.layer(0), masters_ + layout.layer(i), layout.layer_size());
  }
  /// The same without a copy where T is float: the weights must stay where they are, and may change between passes.
  void use(float const* weights) {
    if constexpr (std::is_same_v<T, float>)
      at_ = weights;
    else
      load(weights);
  }

  /// Where passes read: the one address that another load() or use() may change.
  void const* source() const { return masters_ ? static_cast<void const*>(masters_) : at_; }

  matrix_view<T const> embedding() const { return {at_ + place_.embedding(), shape.vocabulary, shape.width}; }
  matrix_view<T const> head() const { return {at_ + place_.head(), shape.vocabulary, shape.width}; }
  T const* final_norm() const { return at_ + place_.final_norm(); }
  attention_weights<T> attention(std::int64_t i) const {
    T const* base = layer(i);
    return {base + layout.input_norm(),
            {base + layout.qkv(), shape.width + 2 * shape.kv_width(), shape.width},
            {base + layout.output(), shape.width, shape.width}};
  }
  swiglu_weights<T> feed_forward(std::int64_t i) const {
    T const* base = layer(i);
    return {base + layout.post_norm(),
            {base + layout.gate_up(), 2 * shape.hidden, shape.width},
            {base + layout.down(), shape.width, shape.hidden}};
  }
  rope_positions positions(std::int64_t length, std::int64_t start = 0) const {
    return {angles_.data(), shape.context, length, start};
  }

 private:
  static constexpr bool by_layer(weight_copies copies) {
    return copies == weight_copies::layer_by_layer && !std::is_same_v<T, float>;
  }
  static constexpr decoder_layout of_one_layer() {
    auto s = shape;
    s.layers = 1;
    return decoder_layout(s);
  }
  T const* layer(std::int64_t i) const { return at_ + place_.layer(place_.layers == layout.layers ? i : 0); }

  Backend& device_;
  decoder_layout place_;  ///< of the copies
  typename Backend::template buffer<T> values_;
  T const* at_ = nullptr;
  float const* masters_ = nullptr;
  typename Backend::template buffer<float> angles_;
};

/// The same places in a flat float gradient.
template <config::named_model R>
struct decoder_gradients {
  static constexpr config::decoder_shape shape = R::model;
  static constexpr decoder_layout layout{R::model};
  float* values;

  matrix_view<float> embedding() const { return {values + layout.embedding(), shape.vocabulary, shape.width}; }
  matrix_view<float> head() const { return {values + layout.head(), shape.vocabulary, shape.width}; }
  float* final_norm() const { return values + layout.final_norm(); }
  attention_gradients attention(std::int64_t i) const {
    float* base = values + layout.layer(i);
    return {base + layout.input_norm(),
            {base + layout.qkv(), shape.width + 2 * shape.kv_width(), shape.width},
            {base + layout.output(), shape.width, shape.width}};
  }
  swiglu_gradients feed_forward(std::int64_t i) const {
    float* base = values + layout.layer(i);
    return {base + layout.post_norm(),
            {base + layout.gate_up(), 2 * shape.hidden, shape.width},
            {base + layout.down(), shape.width, shape.hidden}};
  }
};

}  // namespace snowcoder::nn

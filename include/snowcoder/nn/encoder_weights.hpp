// SPDX-License-Identifier: Apache-2.0
// A BERT encoder's weights in device memory, and views of every layer in them.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/nn/encoder_parameters.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace snowcoder::nn {

/// Where weights come from: read(name, out) fills out.size() floats or says what is wrong (io/encoder_folder.hpp).
template <class S>
concept weight_source = requires(S const& s, std::string const& name, std::span<float> out) {
  { s.read(name, out) } -> std::same_as<expected<void>>;
};

template <class T>
struct encoder_layer_weights {
  matrix_view<T const> qkv, output, intermediate, down;
  float const *qkv_bias, *output_bias, *attention_norm, *intermediate_bias, *down_bias, *output_norm;
};

template <named_encoder R, class Backend, class T>
class encoder_weights {
 public:
  static constexpr config::encoder_shape shape = R::encoder;
  static constexpr encoder_layout layout{R::encoder};

  /// Reads every tensor of the encoder and rounds matrices to T. One tensor at a time is in host memory.
  static expected<encoder_weights> load(Backend& device, weight_source auto const& source) {
    encoder_weights w;
    std::vector<float> values, first_kind(shape.width);
    for (auto const& p : encoder_parameters(shape)) {
      values.resize(std::size_t(p.size()));
      SNOWCODER_CHECK(source.read(p.name, std::span<float>(values)));
      if (p.offset == layout.kinds() && p.matrix) first_kind.assign(values.begin(), values.begin() + shape.width);
      if (p.matrix)
        w.put(device, w.matrices_.data() + p.offset, values);
      else
        upload(device, w.vectors_.data() + p.offset, values.data(), p.size());
      if (p.offset == layout.places() && p.matrix) w.host_places_ = values;
    }
    // Every token of ours is of kind 0: the kind's vector joins the positions once, instead of every token.
    for (std::size_t i = 0; i < w.host_places_.size(); ++i) w.host_places_[i] += first_kind[i % std::size_t(shape.width)];
    w.put(device, w.matrices_.data() + layout.places(), w.host_places_);
    w.host_places_ = {};
    return w;
  }

  matrix_view<T const> words() const { return {matrices_.data() + layout.words(), shape.vocabulary, shape.width}; }
  /// Position and kind 0, added.
  matrix_view<T const> places() const { return {matrices_.data() + layout.places(), shape.positions, shape.width}; }
  float const* embedding_norm() const { return vectors_.data() + layout.embedding_norm(); }
  encoder_layer_weights<T> layer(std::int64_t i) const {
    T const* m = matrices_.data() + layout.layer(i);
    float const* v = vectors_.data() + layout.layer_vectors(i);
    return {{m + layout.qkv(), 3 * shape.width, shape.width},
            {m + layout.output(), shape.width, shape.width},
            {m + layout.intermediate(), shape.hidden, shape.width},
            {m + layout.down(), shape.width, shape.hidden},
            v + layout.qkv_bias(),
            v + layout.output_bias(),
            v + layout.attention_norm(),
            v + layout.intermediate_bias(),
            v + layout.down_bias(),
            v + layout.output_norm()};
  }

 private:
  encoder_weights() : matrices_(layout.matrices()), vectors_(layout.vectors()) {}
  void put(Backend& device, T* to, std::vector<float> const& values) {
    std::vector<T> const rounded(values.begin(), values.end());
    upload(device, to, rounded.data(), std::int64_t(rounded.size()));
  }

  typename Backend::template buffer<T> matrices_;
  typename Backend::template buffer<float> vectors_;
  std::vector<float> host_places_;
};

}  // namespace snowcoder::nn

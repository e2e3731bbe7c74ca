// SPDX-License-Identifier: Apache-2.0
// A BERT encoder's weights on a device, read under the names that published folders use: tables as the device streams them for
// T, norms in float, every matrix of a product packed by the device for the arithmetic of T.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::nn {

/// A type that names an encoder: every recipe does.
template <class R>
concept named_encoder = std::is_empty_v<R> && requires {
  { R::encoder } -> std::convertible_to<config::encoder_shape>;
};

/// Where weights come from: read(name, out) fills out.size() floats or says what is wrong (io/encoder_folder.hpp).
template <class S>
concept weight_source = requires(S const& s, std::string const& name, std::span<float> out) {
  { s.read(name, out) } -> std::same_as<expected<void>>;
};

/// One layer. Norms hold the weight, then the bias. Query, key and value are one projection, but for the last layer of an
/// encoder that pools by its first token, where only that token asks: it has query and key_value instead.
template <class Backend, class T>
struct encoder_layer_weights {
  typename Backend::template projection<T> query_key_value, query, key_value, output, intermediate, down;
  typename Backend::template buffer<float> attention_norm, output_norm;
};

template <named_encoder R, class Backend, class T>
class encoder_weights {
 public:
  static constexpr config::encoder_shape shape = config::checked(R::encoder);
  using element = stream_of<Backend, T>;
  /// Layers that every token goes through.
  static constexpr int whole_layers = shape.layers - (shape.pool == config::pooling::cls);

  /// Reads every tensor of the encoder. One matrix at a time is in host memory as it was read.
  static expected<encoder_weights> load(Backend& device, weight_source auto const& source) {
    encoder_weights w;
    constexpr auto width = std::int64_t(shape.width);
    std::string const e = "embeddings.";
    SNOWCODER_TRY(auto const words, read(source, {e + "word_embeddings.weight"}, shape.vocabulary * width));
    w.words_ = on_device<element>(device, words);
    // Every token of ours is of kind 0: the kind's vector joins the positions once, instead of every token.
    SNOWCODER_TRY(auto places, read(source, {e + "position_embeddings.weight"}, shape.positions * width));
    SNOWCODER_TRY(auto const kinds, read(source, {e + "token_type_embeddings.weight"}, shape.types * width));
    for (std::size_t i = 0; i < places.size(); ++i) places[i] += kinds[i % std::size_t(width)];
    w.places_ = on_device<element>(device, places);
    SNOWCODER_TRY(auto const norm, read(source, {e + "LayerNorm.weight", e + "LayerNorm.bias"}, width));
    w.embedding_norm_ = on_device<float>(device, norm);
    for (int i = 0; i < shape.layers; ++i) {
      auto const at = "encoder.layer." + std::to_string(i) + ".", self = at + "attention.self.";
      auto& l = w.layers_.emplace_back();
      if (i < whole_layers) {
        SNOWCODER_CHECK(
            read_projection(device, l.query_key_value, source, {self + "query", self + "key", self + "value"}, width, width));
      } else {
        SNOWCODER_CHECK(read_projection(device, l.query, source, {self + "query"}, width, width));
        SNOWCODER_CHECK(read_projection(device, l.key_value, source, {self + "key", self + "value"}, width, width));
      }
      SNOWCODER_CHECK(read_projection(device, l.output, source, {at + "attention.output.dense"}, width, width));
      SNOWCODER_CHECK(read_projection(device, l.intermediate, source, {at + "intermediate.dense"}, shape.hidden, width));
      SNOWCODER_CHECK(read_projection(device, l.down, source, {at + "output.dense"}, width, shape.hidden));
      for (auto [to, name] :
           {std::pair{&l.attention_norm, at + "attention.output."}, std::pair{&l.output_norm, at + "output."}}) {
        SNOWCODER_TRY(auto const values, read(source, {name + "LayerNorm.weight", name + "LayerNorm.bias"}, width));
        *to = on_device<float>(device, values);
      }
    }
    return w;
  }

  matrix_view<element const> words() const { return {words_.data(), shape.vocabulary, shape.width}; }
  /// Position and kind 0, added.
  matrix_view<element const> places() const { return {places_.data(), shape.positions, shape.width}; }
  float const* embedding_norm() const { return embedding_norm_.data(); }
  encoder_layer_weights<Backend, T> const& layer(std::int64_t i) const { return layers_[std::size_t(i)]; }

 private:
  template <class E>
  using buffer = typename Backend::template buffer<E>;

  /// Tensors of `size` elements each, one behind the other.
  static expected<std::vector<float>> read(weight_source auto const& source, std::vector<std::string> const& names,
                                           std::int64_t size) {
    std::vector<float> values(names.size() * std::size_t(size));
    for (std::size_t i = 0; i < names.size(); ++i)
      SNOWCODER_CHECK(source.read(names[i], std::span(values).subspan(i * std::size_t(size), std::size_t(size))));
    return values;
  }
  template <class E>
  static buffer<E> on_device(Backend& device, std::vector<float> const& values) {
    std::vector<E> const rounded(values.begin(), values.end());
    buffer<E> b(std::int64_t(values.size()));
    upload(device, b.data(), rounded.data(), b.size());
    return b;
  }
  /// The linear layers `names`, of `outputs` outputs each, as one projection.
  static expected<void> read_projection(Backend& device, auto& to, weight_source auto const& source,
                                        std::vector<std::string> const& names, std::int64_t outputs, std::int64_t inputs) {
    std::vector<std::string> weights, biases;
    for (auto const& n : names) weights.push_back(n + ".weight"), biases.push_back(n + ".bias");
    SNOWCODER_TRY(auto const weight, read(source, weights, outputs * inputs));
    SNOWCODER_TRY(auto const bias, read(source, biases, outputs));
    pack(device, to, matrix_view<float const>(weight.data(), outputs * std::int64_t(names.size()), inputs), bias.data());
    return {};
  }

  buffer<element> words_, places_;
  buffer<float> embedding_norm_;
  std::vector<encoder_layer_weights<Backend, T>> layers_;
};

}  // namespace snowcoder::nn

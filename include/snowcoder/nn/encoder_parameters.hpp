// SPDX-License-Identifier: Apache-2.0
// The tensors of a BERT encoder under the names that published folders use, and where each goes: matrices of products in
// the type that computes, vectors in float. q, k and v lie together, so that they are one product.
#pragma once

#include <snowcoder/config/shape.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace snowcoder::nn {

/// A type that names an encoder: every recipe does.
template <class R>
concept named_encoder = std::is_empty_v<R> && requires {
  { R::encoder } -> std::convertible_to<config::encoder_shape>;
};

/// Offsets into the two flat arrays, in elements: `matrices` (word and position embeddings, then per layer qkv, output,
/// intermediate, down) and `vectors` (embedding norm, then per layer the biases and norms).
struct encoder_layout {
  std::int64_t width, hidden, vocabulary, positions, types, layers;

  constexpr explicit encoder_layout(config::encoder_shape const& s)
      : width(s.width), hidden(s.hidden), vocabulary(s.vocabulary), positions(s.positions), types(s.types), layers(s.layers) {}

  constexpr std::int64_t words() const { return 0; }                             ///< (vocabulary, width)
  constexpr std::int64_t places() const { return vocabulary * width; }           ///< (positions, width)
  constexpr std::int64_t kinds() const { return places() + positions * width; }  ///< (types, width)
  constexpr std::int64_t layer(std::int64_t i) const { return kinds() + types * width + i * layer_size(); }
  constexpr std::int64_t qkv() const { return 0; }                                  ///< (3 width, width)
  constexpr std::int64_t output() const { return 3 * width * width; }               ///< (width, width)
  constexpr std::int64_t intermediate() const { return output() + width * width; }  ///< (hidden, width)
  constexpr std::int64_t down() const { return intermediate() + hidden * width; }   ///< (width, hidden)
  constexpr std::int64_t layer_size() const { return down() + width * hidden; }
  constexpr std::int64_t matrices() const { return layer(layers); }

  constexpr std::int64_t embedding_norm() const { return 0; }  ///< weight, then bias; so for every norm
  constexpr std::int64_t layer_vectors(std::int64_t i) const { return 2 * width + i * layer_vectors_size(); }
  constexpr std::int64_t qkv_bias() const { return 0; }
  constexpr std::int64_t output_bias() const { return 3 * width; }
  constexpr std::int64_t attention_norm() const { return output_bias() + width; }
  constexpr std::int64_t intermediate_bias() const { return attention_norm() + 2 * width; }
  constexpr std::int64_t down_bias() const { return intermediate_bias() + hidden; }
  constexpr std::int64_t output_norm() const { return down_bias() + width; }
  constexpr std::int64_t layer_vectors_size() const { return output_norm() + 2 * width; }
  constexpr std::int64_t vectors() const { return layer_vectors(layers); }
};

/// One tensor of the folder: where it goes and how large it must be.
struct encoder_parameter {
  std::string name;  ///< without the prefix "bert."
  std::int64_t rows, columns, offset;
  bool matrix;  ///< offset is into the matrices, else into the vectors

  std::int64_t size() const { return rows * columns; }
};

/// Every tensor that the forward pass reads; `offset`s fill both arrays without gaps.
inline std::vector<encoder_parameter> encoder_parameters(config::encoder_shape const& s) {
  encoder_layout const l(s);
  std::vector<encoder_parameter> all;
  auto const matrix = [&](std::string name, std::int64_t rows, std::int64_t columns, std::int64_t offset) {
    all.push_back({name + ".weight", rows, columns, offset, true});
  };
  auto const vector = [&](std::string name, std::int64_t size, std::int64_t offset) {
    all.push_back({std::move(name), 1, size, offset, false});
  };
  auto const norm = [&](std::string const& name, std::int64_t offset) {
    vector(name + ".weight", l.width, offset);
    vector(name + ".bias", l.width, offset + l.width);
  };
  matrix("embeddings.word_embeddings", l.vocabulary, l.width, l.words());
  matrix("embeddings.position_embeddings", l.positions, l.width, l.places());
  matrix("embeddings.token_type_embeddings", l.types, l.width, l.kinds());
  norm("embeddings.LayerNorm", l.embedding_norm());
  for (std::int64_t i = 0; i < l.layers; ++i) {
    auto const prefix = "encoder.layer." + std::to_string(i) + ".";
    auto const at = l.layer(i), vectors = l.layer_vectors(i);
    std::int64_t third = 0;
    for (auto const* part : {"query", "key", "value"}) {
      matrix(prefix + "attention.self." + part, l.width, l.width, at + l.qkv() + third * l.width * l.width);
      vector(prefix + "attention.self." + part + ".bias", l.width, vectors + l.qkv_bias() + third * l.width);
      ++third;
    }
    matrix(prefix + "attention.output.dense", l.width, l.width, at + l.output());
    vector(prefix + "attention.output.dense.bias", l.width, vectors + l.output_bias());
    norm(prefix + "attention.output.LayerNorm", vectors + l.attention_norm());
    matrix(prefix + "intermediate.dense", l.hidden, l.width, at + l.intermediate());
    vector(prefix + "intermediate.dense.bias", l.hidden, vectors + l.intermediate_bias());
    matrix(prefix + "output.dense", l.width, l.hidden, at + l.down());
    vector(prefix + "output.dense.bias", l.width, vectors + l.down_bias());
    norm(prefix + "output.LayerNorm", vectors + l.output_norm());
  }
  return all;
}

}  // namespace snowcoder::nn

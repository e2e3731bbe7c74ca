// SPDX-License-Identifier: Apache-2.0
// The decoder's weights as one flat array: which matrix lies where, under its Hugging Face name. Gradients, moments and
// checkpoints use the same order. q, k, v lie together, as do gate and up, so that each group is one matrix product.
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/optimizer.hpp>
#include <snowcoder/config/shape.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder::nn {

/// One tensor, (rows, columns) row-major, `offset` elements into the flat array. Norms are vectors: rows == 1.
struct parameter {
  std::string name;
  std::int64_t rows = 0, columns = 0, offset = 0;
  bool decayed = false;

  std::int64_t size() const { return rows * columns; }
  bool is_vector() const { return rows == 1; }
  std::vector<std::int64_t> shape() const { return is_vector() ? std::vector{columns} : std::vector{rows, columns}; }
};

/// Offsets of one layer's tensors from the layer's start, and of the rest; everything in elements.
struct decoder_layout {
  std::int64_t width, kv_width, hidden, vocabulary, layers;
  bool tied;

  constexpr explicit decoder_layout(config::decoder_shape const& s)
      : width(s.width), kv_width(s.kv_width()), hidden(s.hidden), vocabulary(s.vocabulary), layers(s.layers), tied(s.tied) {}

  constexpr std::int64_t embedding() const { return 0; }
  constexpr std::int64_t layer(std::int64_t i) const { return vocabulary * width + i * layer_size(); }
  constexpr std::int64_t input_norm() const { return 0; }
  constexpr std::int64_t qkv() const { return width; }  ///< (width + 2 kv_width, width)
  constexpr std::int64_t output() const { return qkv() + (width + 2 * kv_width) * width; }
  constexpr std::int64_t post_norm() const { return output() + width * width; }
  constexpr std::int64_t gate_up() const { return post_norm() + width; }  ///< (2 hidden, width)
  constexpr std::int64_t down() const { return gate_up() + 2 * hidden * width; }
  constexpr std::int64_t layer_size() const { return down() + width * hidden; }
  constexpr std::int64_t final_norm() const { return layer(layers); }
  constexpr std::int64_t head() const { return tied ? embedding() : final_norm() + width; }
  constexpr std::int64_t size() const { return final_norm() + width + (tied ? 0 : vocabulary * width); }
};

/// Every tensor of the model in the order of the flat array, whose length is config::parameters(R::model).
template <config::named_model R>
std::vector<parameter> decoder_parameters(config::decay decayed = config::decay::matrices) {
  constexpr config::decoder_shape s = R::model;
  constexpr decoder_layout l(s);
  static_assert(l.size() == config::parameters(s));
  std::vector<parameter> all;
  std::int64_t next = 0;
  auto const matrix = [&](std::string name, std::int64_t rows, std::int64_t columns, bool embedding = false) {
    bool const decays = decayed == config::decay::all || (decayed == config::decay::matrices && !(embedding && s.tied));
    all.push_back({std::move(name), rows, columns, next, decays});
    next += rows * columns;
  };
  auto const norm = [&](std::string name) {
    all.push_back({std::move(name), 1, s.width, next, decayed == config::decay::all});
    next += s.width;
  };
  matrix("model.embed_tokens.weight", s.vocabulary, s.width, true);
  for (int i = 0; i < s.layers; ++i) {
    auto const prefix = "model.layers." + std::to_string(i) + ".";
    norm(prefix + "input_layernorm.weight");
    matrix(prefix + "self_attn.q_proj.weight", s.width, s.width);
    matrix(prefix + "self_attn.k_proj.weight", s.kv_width(), s.width);
    matrix(prefix + "self_attn.v_proj.weight", s.kv_width(), s.width);
    matrix(prefix + "self_attn.o_proj.weight", s.width, s.width);
    norm(prefix + "post_attention_layernorm.weight");
    matrix(prefix + "mlp.gate_proj.weight", s.hidden, s.width);
    matrix(prefix + "mlp.up_proj.weight", s.hidden, s.width);
    matrix(prefix + "mlp.down_proj.weight", s.width, s.hidden);
  }
  norm("model.norm.weight");
  if (!s.tied) matrix("lm_head.weight", s.vocabulary, s.width);
  return all;
}

}  // namespace snowcoder::nn

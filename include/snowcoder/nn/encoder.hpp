// SPDX-License-Identifier: Apache-2.0
// A BERT encoder's forward pass without padding: sections of different lengths lie back to back, and only attention and
// pooling know where one ends (paper section 2.3: the annotator's encoder). Where every verb of the device keeps rows apart,
// as those of the CPU do, a section's vector is the same bits alone, beside others, and for any number of threads.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/nn/encoder_weights.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::nn {

/// T is the arithmetic of the products: float, bfloat16, float16 (on a GPU) or int8 (on a CPU). What passes between them is
/// what the device streams for T, float on a CPU.
template <named_encoder R, class Backend, class T>
class encoder {
  static_assert(encoder_backend<Backend, T>);

 public:
  static constexpr config::encoder_shape shape = R::encoder;
  static constexpr std::int64_t width = shape.width;
  using element = stream_of<Backend, T>;

  /// Room for batches of up to `tokens` tokens; `device` outlives the encoder.
  encoder(Backend& device, encoder_weights<R, Backend, T> weights, std::int64_t tokens)
      : device_(device),
        weights_(std::move(weights)),
        capacity_(Backend::planned_rows(std::max<std::int64_t>(tokens, shape.positions))),
        numbers_(3 * capacity_),
        x_(capacity_ * stride(width)),
        y_(capacity_ * stride(width)),
        q_(capacity_ * stride(width)),
        qkv_(capacity_ * stride(3 * width)) {}

  std::int64_t capacity() const { return capacity_; }

  /// out (sections, width) = the pooled vector of each section, not normalised. `ids` are the sections' tokens back to back,
  /// [CLS] and [SEP] included; section s has the tokens [offsets[s], offsets[s + 1]). Requires sections of 1 to
  /// shape.positions tokens, ids inside the vocabulary, and offsets.back() <= capacity().
  void forward(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, float* out) {
    auto const sections = std::int64_t(offsets.size()) - 1;
    require(sections > 0 && offsets.front() == 0 && offsets.back() == std::int64_t(ids.size()) && offsets.back() <= capacity_,
            "encoder: offsets cover the ids");
    for (auto id : ids) require(id >= 0 && id < shape.vocabulary, "encoder: ids lie in the vocabulary");
    auto const rows = Backend::planned_rows(offsets.back()), firsts = std::min(Backend::planned_rows(sections), capacity_);
    auto const sent = send(ids, offsets, rows, firsts);
    embed_tokens(sent, rows);
    auto const x = view(x_, rows, width), q = view(q_, rows, width), qkv = view(qkv_, rows, 3 * width);
    // Only attention sees other rows: between two of them a block of rows goes through all verbs while it is in the cache.
    for_each_row_block<element>(device_, rows, room,
                                [&](std::int64_t first, matrix_view<element> in) { ask(0, first, x.slice(first, in.rows)); });
    for (std::int64_t i = 0; i < whole; ++i) {
      attend(q, qkv.part(0, width), qkv.part(width, 2 * width), offsets.data(), offsets);
      for_each_row_block<element>(device_, rows, room, [&](std::int64_t first, matrix_view<element> in) {
        finish(i, x.slice(first, in.rows), q.slice(first, in.rows), in);
        if (i + 1 < shape.layers) ask(i + 1, first, x.slice(first, in.rows));
      });
    }
    if constexpr (whole < shape.layers) {
      // Only the first token of each section goes through the last layer; the others are its keys and values.
      auto const stream = view(y_, firsts, width), few = view(q_, firsts, width);
      auto const kv = view(qkv_, rows, 2 * width);
      embed(device_, stream, matrix_view<element const>(x), sent.firsts);
      project(device_, few, matrix_view<element const>(stream), weights_.layer(whole).query);
      each_.resize(offsets.size());
      for (std::size_t s = 0; s < each_.size(); ++s) each_[s] = std::int64_t(s);
      attend(few, few, kv, each_.data(), offsets);
      for_each_row_block<element>(device_, firsts, room, [&](std::int64_t first, matrix_view<element> in) {
        finish(whole, stream.slice(first, in.rows), few.slice(first, in.rows), in);
      });
      give(out, stream.slice(0, sections));
    } else {
      matrix_view<element> const pooled(q_.data(), sections, width);
      mean_rows(device_, pooled, matrix_view<element const>(x), offsets.data());
      give(out, pooled);
    }
  }

 private:
  /// Layers that every token goes through.
  static constexpr std::int64_t whole = encoder_weights<R, Backend, T>::whole_layers;
  static constexpr std::int64_t gap = Backend::row_gap;
  static constexpr std::int64_t stride(std::int64_t columns) { return columns + gap; }
  /// Columns of a row between two verbs of a block.
  static constexpr std::int64_t room = stride(shape.hidden) + (adds_in_products<Backend, T> ? 0 : stride(width));
  template <class Buffer>
  static matrix_view<element> view(Buffer& b, std::int64_t rows, std::int64_t columns) {
    return {b.data(), rows, columns, stride(columns)};
  }

  /// Ids, places and first tokens of sections lie behind each other, and go to the device at once: each list is filled up with
  /// zeros, which name rows of every table, to what its verbs are given.
  struct numbers {
    std::int32_t const *ids, *places, *firsts;
  };
  numbers send(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, std::int64_t rows,
               std::int64_t firsts) {
    host_.assign(std::size_t(2 * rows + firsts), 0);
    std::copy(ids.begin(), ids.end(), host_.begin());
    auto* const places = host_.data() + rows;
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
      auto const length = offsets[s + 1] - offsets[s];
      require(length > 0 && length <= shape.positions, "encoder: a section has 1 to positions tokens");
      for (std::int64_t i = 0; i < length; ++i) places[offsets[s] + i] = std::int32_t(i);
      places[rows + std::int64_t(s)] = std::int32_t(offsets[s]);
    }
    upload(device_, numbers_.data(), static_cast<std::int32_t const*>(host_.data()), std::int64_t(host_.size()));
    return {numbers_.data(), numbers_.data() + rows, numbers_.data() + 2 * rows};
  }

  void embed_tokens(numbers n, std::int64_t rows) {
    auto const x = view(x_, rows, width), y = view(y_, rows, width);
    embed(device_, y, weights_.words(), n.ids);
    embed(device_, x, weights_.places(), n.places);
    norm(x, y, weights_.embedding_norm());
  }

  /// out = the attention of the queries in q over all tokens of their sections.
  void attend(matrix_view<element> out, matrix_view<element const> q, matrix_view<element const> kv,
              std::int64_t const* query_offsets, std::span<std::int64_t const> offsets) {
    bidirectional_attention(device_, out, q, kv, query_offsets, offsets.data(), std::int64_t(offsets.size()) - 1,
                            std::int64_t(shape.heads), std::is_same_v<T, float> ? arithmetic::exact : arithmetic::narrow);
  }

  /// What attention in a layer asks of the rows x from `first` on.
  void ask(std::int64_t layer, std::int64_t first, matrix_view<element const> x) {
    auto const& w = weights_.layer(layer);
    if (layer < whole)
      project(device_, view(qkv_, capacity_, 3 * width).slice(first, x.rows), x, w.query_key_value);
    else
      project(device_, view(qkv_, capacity_, 2 * width).slice(first, x.rows), x, w.key_value);
  }

  /// What follows attention in a layer, on rows of the residual stream x; `in` is scratch of `room` columns.
  void finish(std::int64_t layer, matrix_view<element> x, matrix_view<element const> attended, matrix_view<element> in) {
    auto const& w = weights_.layer(layer);
    auto const inner = in.part(0, shape.hidden);
    fold(x, attended, w.output, w.attention_norm.data(), in);
    project(device_, inner, matrix_view<element const>(x), w.intermediate, activation::gelu);
    fold(x, inner, w.down, w.output_norm.data(), in);
  }

  /// x = norm(x + from W' + bias)
  void fold(matrix_view<element> x, matrix_view<element const> from, typename Backend::template projection<T> const& w,
            float const* norm_weight, matrix_view<element> in) {
    if constexpr (adds_in_products<Backend, T>) {
      project_onto(device_, x, from, w);
      layer_norm(device_, x, matrix_view<element const>(x), norm_weight, norm_weight + width, float(shape.norm_epsilon));
    } else {
      auto const mixed = in.part(stride(shape.hidden), width);
      project(device_, mixed, from, w);
      norm(x, mixed, norm_weight);
    }
  }

  /// x = norm(x + added)
  void norm(matrix_view<element> x, matrix_view<element const> added, float const* weight_and_bias) {
    layer_norm(device_, x, added, matrix_view<element const>(x), weight_and_bias, weight_and_bias + width,
               float(shape.norm_epsilon));
  }

  /// Rows to the host, which gets floats.
  void give(float* out, matrix_view<element const> rows) {
    given_.resize(std::size_t(rows.rows * rows.stride));
    download(device_, given_.data(), rows.data, rows.rows * rows.stride - (rows.stride - rows.columns));
    for (std::int64_t i = 0; i < rows.rows; ++i)
      for (std::int64_t j = 0; j < rows.columns; ++j)
        out[i * rows.columns + j] = float(given_[std::size_t(i * rows.stride + j)]);
  }

  Backend& device_;
  encoder_weights<R, Backend, T> weights_;
  std::int64_t capacity_;
  typename Backend::template buffer<std::int32_t> numbers_;
  typename Backend::template buffer<element> x_, y_, q_, qkv_;
  std::vector<std::int32_t> host_;
  std::vector<std::int64_t> each_;
  std::vector<element> given_;
};

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// A BERT encoder's forward pass without padding: sections of different lengths lie back to back, and only attention and
// pooling know where one ends (paper section 2.3: the annotator's encoder). The same batch gives the same bits for any
// number of threads; a section's vector does not depend on the sections beside it but for the last bits of matrix
// products, whose blocking may follow the number of rows.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/nn/encoder_weights.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::nn {

template <named_encoder R, class Backend, class T>
class encoder {
  static_assert(encoder_backend<Backend, T>);

 public:
  static constexpr config::encoder_shape shape = R::encoder;
  static constexpr std::int64_t width = shape.width;

  /// Room for batches of up to `tokens` tokens; `device` outlives the encoder.
  encoder(Backend& device, encoder_weights<R, Backend, T> weights, std::int64_t tokens)
      : device_(device),
        weights_(std::move(weights)),
        capacity_(rounded(std::max<std::int64_t>(tokens, shape.positions))),
        ids_(capacity_),
        places_(capacity_),
        words_(capacity_ * width),
        x_(capacity_ * width),
        y_(capacity_ * width),
        qkv_(capacity_ * 3 * width),
        inner_(capacity_ * shape.hidden),
        pooled_(capacity_ * width) {}

  std::int64_t capacity() const { return capacity_; }

  /// out (sections, width) = the pooled vector of each section, not normalised. `ids` are the sections' tokens back to back,
  /// [CLS] and [SEP] included; section s has the tokens [offsets[s], offsets[s + 1]). Requires sections of 1 to
  /// shape.positions tokens, ids inside the vocabulary, and offsets.back() <= capacity().
  void forward(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets, float* out) {
    auto const sections = std::int64_t(offsets.size()) - 1, rows = std::int64_t(ids.size());
    require(sections > 0 && offsets.front() == 0 && offsets.back() == rows && rows <= capacity_,
            "encoder: offsets cover the ids");
    for (auto id : ids) require(id >= 0 && id < shape.vocabulary, "encoder: ids lie in the vocabulary");
    embed_tokens(ids, offsets);
    std::int64_t left = rounded(rows);
    for (std::int64_t i = 0; i < shape.layers; ++i) {
      auto const w = weights_.layer(i);
      matrix_view<T> const x(x_.data(), left, width), y(y_.data(), left, width), qkv(qkv_.data(), left, 3 * width);
      project(qkv, x, w.qkv, w.qkv_bias);
      bidirectional_attention(device_, matrix_view<T>(words_.data(), left, width), matrix_view<T const>(qkv), offsets.data(),
                              sections, std::int64_t(shape.heads));
      if (shape.pool == config::pooling::cls && i + 1 == shape.layers) left = keep_first_rows(offsets, sections);
      matrix_view<T> const stream(x_.data(), left, width), attended(words_.data(), left, width), mixed(y_.data(), left, width);
      project(mixed, attended, w.output, w.output_bias);
      norm(stream, mixed, stream, w.attention_norm);
      matrix_view<T> const inner(inner_.data(), left, shape.hidden);
      matmul(device_, inner, operand<T>(stream), transposed(w.intermediate), product_options{});
      gelu(device_, inner, w.intermediate_bias);
      project(mixed, inner, w.down, w.down_bias);
      norm(stream, mixed, stream, w.output_norm);
    }
    if constexpr (shape.pool == config::pooling::cls)
      cast(device_, pooled_.data(), static_cast<T const*>(x_.data()), sections * width);
    else
      mean_rows(device_, matrix_view<float>(pooled_.data(), sections, width), matrix_view<T const>(x_.data(), rows, width),
                offsets.data());
    download(device_, out, static_cast<float const*>(pooled_.data()), sections * width);
  }

 private:
  /// Products run on a multiple of 64 rows, so that few shapes have to be compiled; rows behind the last token hold whatever
  /// finite numbers an earlier batch left and are never read by others.
  static constexpr std::int64_t rounded(std::int64_t rows) { return (rows + 63) / 64 * 64; }

  void embed_tokens(std::span<std::int32_t const> ids, std::span<std::int64_t const> offsets) {
    auto const all = rounded(std::int64_t(ids.size()));
    host_.assign(std::size_t(2 * all), 0);
    std::copy(ids.begin(), ids.end(), host_.begin());
    for (std::size_t s = 0; s + 1 < offsets.size(); ++s) {
      auto const length = offsets[s + 1] - offsets[s];
      require(length > 0 && length <= shape.positions, "encoder: a section has 1 to positions tokens");
      for (std::int64_t i = 0; i < length; ++i) host_[std::size_t(all + offsets[s] + i)] = std::int32_t(i);
    }
    upload(device_, ids_.data(), static_cast<std::int32_t const*>(host_.data()), all);
    upload(device_, places_.data(), static_cast<std::int32_t const*>(host_.data() + all), all);
    matrix_view<T> const x(x_.data(), all, width), words(words_.data(), all, width);
    embed(device_, words, weights_.words(), static_cast<std::int32_t const*>(ids_.data()));
    embed(device_, x, weights_.places(), static_cast<std::int32_t const*>(places_.data()));
    norm(x, words, x, weights_.embedding_norm());
  }

  /// Behind the last attention only the first row of each section matters: gathers them from the residual stream and from
  /// the attention's output, and returns how many rows go on.
  std::int64_t keep_first_rows(std::span<std::int64_t const> offsets, std::int64_t sections) {
    auto const kept = rounded(sections);
    host_.assign(std::size_t(kept), 0);
    for (std::int64_t s = 0; s < sections; ++s) host_[std::size_t(s)] = std::int32_t(offsets[std::size_t(s)]);
    upload(device_, ids_.data(), static_cast<std::int32_t const*>(host_.data()), kept);
    for (auto* stream : {&x_, &words_}) {
      embed(device_, matrix_view<T>(y_.data(), kept, width), matrix_view<T const>(stream->data(), capacity_, width),
            static_cast<std::int32_t const*>(ids_.data()));
      std::swap(*stream, y_);
    }
    return kept;
  }

  void project(matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> weight, float const* bias) {
    matmul(device_, y, operand<T>(x), transposed(weight), product_options{.bias = bias});
  }
  void norm(matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight_and_bias) {
    layer_norm(device_, y, x, residual, weight_and_bias, weight_and_bias + width, float(shape.norm_epsilon));
  }

  Backend& device_;
  encoder_weights<R, Backend, T> weights_;
  std::int64_t capacity_;
  typename Backend::template buffer<std::int32_t> ids_, places_;
  typename Backend::template buffer<T> words_, x_, y_, qkv_, inner_;
  typename Backend::template buffer<float> pooled_;
  std::vector<std::int32_t> host_;
};

}  // namespace snowcoder::nn

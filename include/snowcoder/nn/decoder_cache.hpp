// SPDX-License-Identifier: Apache-2.0
// Generation: the keys and values of all tokens so far, and the logits after the last one. Weights are shared, so several
// conversations can stand on one model.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/nn/linear.hpp>
#include <snowcoder/nn/swiglu.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::nn {

template <config::named_model R, class Backend, class T>
class decoder_cache {
  static_assert(decoder_backend<Backend, T>);
  static constexpr config::decoder_shape shape = R::model;
  static constexpr std::int64_t width = shape.width, kv_width = shape.kv_width();
  /// Tokens that pass through the layers together.
  static constexpr std::int64_t chunk = std::min(256, shape.context);

 public:
  /// `weights` must outlive the cache and be loaded before append().
  decoder_cache(Backend& device, decoder_weights<R, Backend, T> const& weights)
      : device_(device),
        weights_(weights),
        keys_(shape.layers * shape.context * kv_width),
        values_(shape.layers * shape.context * kv_width),
        x_(chunk * width),
        y_(chunk * width),
        normed_(chunk * width),
        q_(chunk * width),
        attended_(chunk * width),
        projected_(chunk * width),
        gate_up_(chunk * 2 * shape.hidden),
        product_(chunk * shape.hidden),
        ids_(chunk),
        logits_(shape.vocabulary),
        host_logits_(std::size_t(shape.vocabulary)) {}

  /// Tokens held; at most context().
  std::int64_t size() const { return size_; }
  static constexpr std::int64_t context() { return shape.context; }
  void reset() { size_ = 0; }

  /// Appends tokens and returns the logits after the last of them, (vocabulary) on the host, valid until the next call.
  /// Requires at least one id, ids within the vocabulary, and room: size() + ids.size() <= context().
  std::span<float const> append(std::span<std::int32_t const> ids) {
    require(!ids.empty() && size_ + std::int64_t(ids.size()) <= shape.context, "decoder_cache: 1 id to what the context holds");
    for (auto id : ids) require(id >= 0 && id < shape.vocabulary, "decoder_cache: token ids within the vocabulary");
    std::int64_t count = 0;
    for (; !ids.empty(); ids = ids.subspan(std::size_t(count))) {
      count = std::min(chunk, std::int64_t(ids.size()));
      upload(device_, ids_.data(), ids.data(), count);
      pass(count);
    }
    auto const last = rows(x_, count, width).slice(count - 1, 1);
    rms_norm(device_, rows(normed_, 1, width), matrix_view<T const>(last), weights_.final_norm(), epsilon);
    linear<Backend, float, T>(device_, {logits_.data(), 1, shape.vocabulary}, rows(normed_, 1, width), weights_.head());
    download(device_, host_logits_.data(), static_cast<float const*>(logits_.data()), shape.vocabulary);
    return host_logits_;
  }

 private:
  static constexpr float epsilon = float(shape.norm_epsilon);
  template <class E>
  using buffer = typename Backend::template buffer<E>;

  static matrix_view<T> rows(buffer<T>& values, std::int64_t count, std::int64_t columns) {
    return {values.data(), count, columns};
  }
  static matrix_view<T> layer_of(buffer<T>& values, std::int64_t i) {
    return {values.data() + i * shape.context * kv_width, shape.context, kv_width};
  }

  /// ids_ through all layers; the result stands in x_.
  void pass(std::int64_t n) {
    attention_shape const s{1, n, shape.heads, shape.kv_heads, shape.head_width()};
    auto const x = rows(x_, n, width), y = rows(y_, n, width), q = rows(q_, n, width), attended = rows(attended_, n, width),
               projected = rows(projected_, n, width);
    matrix_view<T const> const normed = rows(normed_, n, width);
    auto const positions = weights_.positions(n, size_);
    embed(device_, x, weights_.embedding(), ids_.data());
    for (std::int64_t i = 0; i < shape.layers; ++i) {
      auto const w = weights_.attention(i);
      auto const keys = layer_of(keys_, i), values = layer_of(values_, i), new_keys = keys.slice(size_, n);
      rms_norm(device_, rows(normed_, n, width), matrix_view<T const>(x), w.norm, epsilon);
      linear<Backend, T, T>(device_, q, normed, w.qkv.slice(0, width));
      linear<Backend, T, T>(device_, new_keys, normed, w.qkv.slice(width, kv_width));
      linear<Backend, T, T>(device_, values.slice(size_, n), normed, w.qkv.slice(width + kv_width, kv_width));
      rope(device_, q, s.heads, s.head_width, positions, rope_direction::forward);
      rope(device_, new_keys, s.kv_heads, s.head_width, positions, rope_direction::forward);
      attention_cached(device_, attended, matrix_view<T const>(q), matrix_view<T const>(keys), matrix_view<T const>(values),
                       size_, s);
      linear<Backend, T, T>(device_, projected, attended, w.output);
      add(device_, y.data, x.data, projected.data, y.size());
      swiglu_activations<T> const a{
          rows(normed_, n, width), {gate_up_.data(), n, 2 * shape.hidden}, {product_.data(), n, shape.hidden}};
      swiglu_forward<Backend, T>(device_, x, y, weights_.feed_forward(i), a, projected, epsilon);
    }
    size_ += n;
  }

  Backend& device_;
  decoder_weights<R, Backend, T> const& weights_;
  std::int64_t size_ = 0;
  buffer<T> keys_, values_;
  buffer<T> x_, y_, normed_, q_, attended_, projected_, gate_up_, product_;
  buffer<std::int32_t> ids_;
  buffer<float> logits_;
  std::vector<float> host_logits_;
};

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// Generation: the keys and values of all tokens so far, for one sequence or for several that take their next tokens
// together, so that the weights are read once for all of them. What a sequence gets does not depend on the others.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cached_span.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/nn/linear.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace snowcoder::nn {

template <config::named_model R, class Backend, class T>
class decoder_cache {
  static_assert(generation_backend<Backend, T>);
  static constexpr config::decoder_shape shape = R::model;
  static constexpr attention_shape heads{1, 1, shape.heads, shape.kv_heads, shape.head_width()};
  static constexpr std::int64_t width = shape.width, kv_width = shape.kv_width();
  /// Rows that pass through the layers together; products of up to `few` rows cost what reading the weights costs.
  static constexpr std::int64_t chunk = std::min(256, shape.context), few = std::min<std::int64_t>(16, chunk);

 public:
  /// Logits of one position, (vocabulary) on the host, valid inside the call; `i` counts the ids of the append.
  using each_position = std::function<void(std::int64_t i, std::span<float const> logits)>;

  /// `slots` sequences of up to `capacity` tokens. `weights` must outlive the cache and be loaded before append().
  decoder_cache(Backend& device, decoder_weights<R, Backend, T> const& weights, std::int64_t slots = 1,
                std::int64_t capacity = shape.context)
      : device_(device),
        weights_(weights),
        capacity_(std::min<std::int64_t>(capacity, shape.context)),
        rows_(std::max(chunk, slots)),
        sizes_(std::size_t(slots)),
        where_(std::size_t(rows_)),
        keys_(shape.layers * slots * capacity_ * kv_width),
        values_(shape.layers * slots * capacity_ * kv_width),
        x_(rows_ * width),
        y_(rows_ * width),
        normed_(rows_ * width),
        qkv_(rows_ * heads.packed()),
        attended_(rows_ * width),
        projected_(rows_ * width),
        gate_up_(rows_ * 2 * shape.hidden),
        product_(rows_ * shape.hidden),
        ids_(rows_),
        logits_(std::max(few, slots) * shape.vocabulary),
        host_logits_(std::size_t(std::max(few, slots) * shape.vocabulary)) {
    require(slots > 0 && capacity > 0, "decoder_cache: room for at least one token");
  }

  /// Bytes of keys and values for one sequence of `capacity` tokens.
  static constexpr std::int64_t slot_bytes(std::int64_t capacity) {
    return 2 * shape.layers * std::min<std::int64_t>(capacity, shape.context) * kv_width * std::int64_t(sizeof(T));
  }
  std::int64_t slots() const { return std::int64_t(sizes_.size()); }
  std::int64_t context() const { return capacity_; }
  /// Tokens held; at most context().
  std::int64_t size(std::int64_t slot = 0) const { return sizes_[std::size_t(slot)]; }
  void reset(std::int64_t slot = 0) { sizes_[std::size_t(slot)] = 0; }

  /// Appends tokens to a sequence and returns the logits after the last of them, (vocabulary) on the host, valid until the
  /// next call; with `each`, those of every position are handed over too. Requires at least one id, ids within the
  /// vocabulary, and room: size(slot) + ids.size() <= context().
  std::span<float const> append(std::int64_t slot, std::span<std::int32_t const> ids, each_position const& each = {}) {
    require(!ids.empty() && size(slot) + std::int64_t(ids.size()) <= capacity_,
            "decoder_cache: 1 id to what the context holds");
    for (std::int64_t done = 0, count = 0; done < std::int64_t(ids.size()); done += count) {
      count = std::min(chunk, std::int64_t(ids.size()) - done);
      auto& held = sizes_[std::size_t(slot)];
      for (std::int64_t i = 0; i < count; ++i) where_[std::size_t(i)] = {slot * capacity_, held + i + 1};
      pass(ids.subspan(std::size_t(done), std::size_t(count)), held);
      held += count;
      bool const last = done + count == std::int64_t(ids.size());
      for (std::int64_t i = each ? 0 : count - 1; i < count && (each || last); i += few) {
        auto const rows = project(i, std::min(few, count - i));
        for (std::int64_t j = 0; each && j < rows.rows; ++j) each(done + i + j, row_of(rows, j));
        if (last && i + rows.rows == count) return row_of(rows, rows.rows - 1);
      }
    }
    return {};
  }
  std::span<float const> append(std::span<std::int32_t const> ids) { return append(0, ids); }

  /// One token for each of some sequences, all different, each with room for it. The logits after them, a row for each,
  /// on the host, valid until the next call.
  matrix_view<float const> step(std::span<std::int64_t const> slots, std::span<std::int32_t const> ids) {
    require(!ids.empty() && ids.size() == slots.size() && ids.size() <= sizes_.size(), "decoder_cache: a token for each slot");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      require(size(slots[i]) < capacity_, "decoder_cache: room for one more token");
      where_[i] = {slots[i] * capacity_, size(slots[i]) + 1};
    }
    pass(ids, each_its_own);
    for (auto slot : slots) ++sizes_[std::size_t(slot)];
    return project(0, std::int64_t(ids.size()));
  }

 private:
  static constexpr float epsilon = float(shape.norm_epsilon);
  static constexpr std::int64_t each_its_own = -1;
  template <class E>
  using buffer = typename Backend::template buffer<E>;

  static matrix_view<T> rows(buffer<T>& values, std::int64_t count, std::int64_t columns) {
    return {values.data(), count, columns};
  }
  matrix_view<T> layer_of(buffer<T>& values, std::int64_t i) {
    auto const positions = slots() * capacity_;
    return {values.data() + i * positions * kv_width, positions, kv_width};
  }
  std::span<float const> row_of(matrix_view<float const> logits, std::int64_t i) const {
    return {logits.row(i), std::size_t(shape.vocabulary)};
  }
  /// Few rows, and every step, whatever number of sequences it is for: a sum must not know what is computed beside it.
  template <class Y>
  void product(matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight, bool streams) {
    if (streams)
      matvec(device_, y, x, weight);
    else
      linear<Backend, Y, T>(device_, y, x, weight);
  }

  /// ids through all layers; the result stands in x_. where_ says which sequences they join, `start` the position of the
  /// first when they follow each other.
  void pass(std::span<std::int32_t const> ids, std::int64_t start) {
    auto const n = std::int64_t(ids.size());
    for (auto id : ids) require(id >= 0 && id < shape.vocabulary, "decoder_cache: token ids within the vocabulary");
    upload(device_, ids_.data(), ids.data(), n);
    auto const x = rows(x_, n, width), y = rows(y_, n, width), normed = rows(normed_, n, width),
               qkv = rows(qkv_, n, heads.packed()), attended = rows(attended_, n, width),
               projected = rows(projected_, n, width), gate_up = rows(gate_up_, n, 2 * shape.hidden),
               gated = rows(product_, n, shape.hidden);
    bool const streams = n <= few || start == each_its_own;
    embed(device_, x, weights_.embedding(), ids_.data());
    for (std::int64_t i = 0; i < shape.layers; ++i) {
      auto const a = weights_.attention(i);
      rms_norm(device_, normed, matrix_view<T const>(x), a.norm, epsilon);
      product<T>(qkv, normed, a.qkv, streams);
      turn(qkv, start);
      attention_cached(device_, attended, matrix_view<T const>(qkv), layer_of(keys_, i), layer_of(values_, i), where_.data(),
                       heads);
      product<T>(projected, attended, a.output, streams);
      add(device_, y.data, x.data, projected.data, y.size());
      auto const f = weights_.feed_forward(i);
      rms_norm(device_, normed, matrix_view<T const>(y), f.norm, epsilon);
      product<T>(gate_up, normed, f.gate_up, streams);
      swiglu(device_, gated, matrix_view<T const>(gate_up));
      product<T>(projected, gated, f.down, streams);
      add(device_, x.data, y.data, projected.data, x.size());
    }
  }
  /// Queries and keys to their positions.
  void turn(matrix_view<T> qkv, std::int64_t start) {
    auto const both = shape.heads + shape.kv_heads;
    if (start != each_its_own)
      return rope(device_, qkv, both, heads.head_width, weights_.positions(qkv.rows, start), rope_direction::forward);
    for (std::int64_t r = 0; r < qkv.rows; ++r)
      rope(device_, qkv.slice(r, 1), both, heads.head_width, weights_.positions(1, where_[std::size_t(r)].seen - 1),
           rope_direction::forward);
  }
  /// Logits of rows of x_, on the host; never more than a product of few rows.
  matrix_view<float const> project(std::int64_t first, std::int64_t count) {
    auto const normed = rows(normed_, count, width);
    rms_norm(device_, normed, matrix_view<T const>(rows(x_, first + count, width).slice(first, count)), weights_.final_norm(),
             epsilon);
    matvec(device_, matrix_view<float>(logits_.data(), count, shape.vocabulary), matrix_view<T const>(normed), weights_.head());
    download(device_, host_logits_.data(), static_cast<float const*>(logits_.data()), count * shape.vocabulary);
    return {host_logits_.data(), count, shape.vocabulary};
  }

  Backend& device_;
  decoder_weights<R, Backend, T> const& weights_;
  std::int64_t capacity_, rows_;
  std::vector<std::int64_t> sizes_;
  std::vector<cached_span> where_;
  buffer<T> keys_, values_;
  buffer<T> x_, y_, normed_, qkv_, attended_, projected_, gate_up_, product_;
  buffer<std::int32_t> ids_;
  buffer<float> logits_;
  std::vector<float> host_logits_;
};

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// The output projection with its loss, a chunk of positions at a time: the logits of a whole batch would be the largest
// array of all. A chunk never crosses a sequence, so gradients are added in the same pieces however sequences are batched.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/training_memory.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/nn/decoder_weights.hpp>
#include <snowcoder/nn/linear.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::nn {

template <config::named_model R, class Backend, class T>
class decoder_head {
  static constexpr config::decoder_shape shape = R::model;
  static constexpr std::int64_t chunk = config::loss_chunk(R::model, Backend::logit_rows);
  using weights = decoder_weights<R, Backend, T>;

 public:
  /// Losses for up to `rows` positions.
  decoder_head(Backend& device, std::int64_t rows) : device_(device), losses_(rows), logits_(chunk * shape.vocabulary) {}

  /// normed (rows, width), sequences of `length` rows. The sum of losses; optionally each of them, on the host.
  double loss(weights const& w, matrix_view<T const> normed, std::int64_t length, std::int32_t const* targets,
              float* per_target) {
    for_each_chunk(normed.rows, length, [&](std::int64_t first, std::int64_t count) {
      auto const logits = project(w, normed.slice(first, count));
      cross_entropy(device_, losses_.data() + first, matrix_view<float const>(logits), targets + first);
    });
    return sum(normed.rows, per_target);
  }

  /// The same; dnormed = scale * gradient of normed, and scale * gradient of the projection is added to g.
  double loss_and_gradient(weights const& w, decoder_gradients<R> const& g, matrix_view<T> dnormed, matrix_view<T const> normed,
                           std::int64_t length, std::int32_t const* targets, float scale) {
    if (!std::is_same_v<T, float> && dlogits_.size() == 0) dlogits_ = buffer<T>(chunk * shape.vocabulary);
    for_each_chunk(normed.rows, length, [&](std::int64_t first, std::int64_t count) {
      auto const here = normed.slice(first, count);
      auto const logits = project(w, here);
      matrix_view<T> dlogits(dlogits_.data(), count, shape.vocabulary);
      if constexpr (std::is_same_v<T, float>) dlogits = logits;
      cross_entropy(device_, losses_.data() + first, matrix_view<float const>(logits), targets + first);
      cross_entropy_backward(device_, dlogits, static_cast<float const*>(losses_.data() + first),
                             matrix_view<float const>(logits), targets + first, scale);
      linear_backward_weight<Backend, T>(device_, g.head(), dlogits, here, count);
      linear_backward_input<Backend, T>(device_, dnormed.slice(first, count), dlogits, w.head());
    });
    return sum(normed.rows, nullptr);
  }

  /// All logits (rows, vocabulary), on the host.
  void logits(weights const& w, matrix_view<T const> normed, float* out) {
    for_each_chunk(normed.rows, normed.rows, [&](std::int64_t first, std::int64_t count) {
      auto const logits = project(w, normed.slice(first, count));
      download(device_, out + first * shape.vocabulary, static_cast<float const*>(logits.data), logits.size());
    });
  }

 private:
  template <class E>
  using buffer = typename Backend::template buffer<E>;

  template <class Body>
  void for_each_chunk(std::int64_t rows, std::int64_t length, Body const& body) {
    for (std::int64_t start = 0; start < rows; start += length)
      for (std::int64_t first = 0; first < length; first += chunk) body(start + first, std::min(chunk, length - first));
  }
  matrix_view<float> project(weights const& w, matrix_view<T const> normed) {
    matrix_view<float> const logits(logits_.data(), normed.rows, shape.vocabulary);
    linear<Backend, float, T>(device_, logits, normed, w.head());
    return logits;
  }
  /// Losses are added in units of 2^-24: such sums are exact in double, so it does not matter in which groups they are formed.
  double sum(std::int64_t rows, float* per_target) {
    std::vector<float> losses(static_cast<std::size_t>(rows));
    download(device_, losses.data(), static_cast<float const*>(losses_.data()), rows);
    if (per_target) std::copy(losses.begin(), losses.end(), per_target);
    double total = 0;
    for (float l : losses) total += std::nearbyint(double(l) * 0x1.0p24) * 0x1.0p-24;
    return total;
  }

  Backend& device_;
  buffer<float> losses_, logits_;
  buffer<T> dlogits_;
};

}  // namespace snowcoder::nn

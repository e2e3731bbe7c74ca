// SPDX-License-Identifier: Apache-2.0
// Causal grouped-query attention, forward: for each sequence, head and block of queries, scores against the keys from the first
// that the block sees up to its end as one product, a softmax per row, and a second product with the values.
// twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/exponential.hpp>
#include <snowcoder/backend/cpu/matmul.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu {

namespace detail {

struct attention_scores;

/// Queries per block; a block's scores (block x keys) stay near the core.
inline constexpr std::int64_t attention_block = 128;

/// p[j] = softmax(scale * s)[j] for j < valid, zero from there to `columns`; returns log(sum(exp(scale * s))).
template <class T>
float softmax_row(T* p, float* s, std::int64_t valid, std::int64_t columns, float scale) {
  float most = s[0], sum = 0;
#pragma omp simd reduction(max : most)
  for (std::int64_t j = 0; j < valid; ++j) most = s[j] > most ? s[j] : most;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < valid; ++j) {
    float const e = exponential((s[j] - most) * scale);
    s[j] = e;
    sum += e;
  }
  float const inverse = 1.0f / sum;
#pragma omp simd
  for (std::int64_t j = 0; j < valid; ++j) store(p[j], s[j] * inverse);
  for (auto j = valid; j < columns; ++j) p[j] = T(0.0f);
  return most * scale + std::log(sum);
}

/// Where the keys of a block of queries begin: at a whole block, so that products come in few shapes.
inline std::int64_t first_key(attention_shape const& shape, std::int64_t sequence, std::int64_t first) {
  return shape.start(sequence, first) / attention_block * attention_block;
}

/// Room for a matrix of T that shares the floats of `s` when T is float.
template <class T, class Use>
T* as_elements([[maybe_unused]] float* s, [[maybe_unused]] std::int64_t count) {
  if constexpr (std::is_same_v<T, float>)
    return s;
  else
    return scratch<T, Use>(count);
}

}  // namespace detail

/// out (rows, width) from packed qkv (rows, width + 2 kv_width); log_sums (sequences, heads, length) are kept for the
/// backward pass. out and qkv must not overlap.
template <class T>
void attention(device& d, matrix_view<T> out, float* log_sums, matrix_view<T const> qkv, attention_shape shape) {
  constexpr auto block = detail::attention_block;
  auto const blocks = (shape.length + block - 1) / block;
  d.for_each(shape.sequences * shape.heads * blocks, [&](std::int64_t task) {
    auto const b = blocks - 1 - task % blocks, h = task / blocks % shape.heads, sequence = task / blocks / shape.heads;
    auto const first = b * block, count = std::min(block, shape.length - first);
    auto const from = detail::first_key(shape, sequence, first), keys = first + count - from;
    auto const rows = qkv.slice(sequence * shape.length, shape.length);
    auto const q = rows.slice(first, count).part(shape.q(h), shape.head_width);
    auto const k = rows.slice(from, keys).part(shape.k(h), shape.head_width);
    auto const v = rows.slice(from, keys).part(shape.v(h), shape.head_width);

    float* const s = scratch<float, detail::attention_scores>(block * shape.length);
    T* const p = detail::as_elements<T, detail::attention_scores>(s, block * shape.length);
    tile_product(d, matrix_view<float>(s, count, keys), operand(q), transposed(k));
    float* const kept = log_sums + (sequence * shape.heads + h) * shape.length + first;
    for (std::int64_t i = 0; i < count; ++i) {
      auto const hidden = shape.start(sequence, first + i) - from, at = i * keys + hidden;
      kept[i] = detail::softmax_row(p + at, s + at, first + i + 1 - from - hidden, keys - hidden, shape.scale());
      std::fill_n(p + i * keys, hidden, T(0.0f));
    }
    tile_product(d, out.slice(sequence * shape.length + first, count).part(shape.q(h), shape.head_width),
                 operand(matrix_view<T const>(p, count, keys)), operand(v));
  });
}

}  // namespace snowcoder::cpu

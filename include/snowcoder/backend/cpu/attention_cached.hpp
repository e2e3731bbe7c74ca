// SPDX-License-Identifier: Apache-2.0
// Attention of new tokens against the keys and values of their sequences so far, for generation. The work is reading the
// cache once: a task is one new token and one key head, with all query heads that share it.
// twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cached_span.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/exponential.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {

struct cached_scores;
struct cached_sums;

/// out (head_width) = softmax(scale * q . keys) x values, one query against all rows. `scores` (rows) and `sums`
/// (head_width) are scratch.
template <class T>
void attend_one(T* out, T const* q, matrix_view<T const> keys, matrix_view<T const> values, float scale, float* scores,
                float* sums) {
  auto const width = keys.columns;
  float most = -3e38f, all = 0;
  for (std::int64_t j = 0; j < keys.rows; ++j) {
    T const* key = keys.row(j);
    float score = 0;
#pragma omp simd reduction(+ : score)
    for (std::int64_t e = 0; e < width; ++e) score += float(q[e]) * float(key[e]);
    scores[j] = score;
    most = std::max(most, score);
  }
#pragma omp simd reduction(+ : all)
  for (std::int64_t j = 0; j < keys.rows; ++j) all += scores[j] = exponential((scores[j] - most) * scale);
  std::fill_n(sums, width, 0.0f);
  float const inverse = 1.0f / all;
  for (std::int64_t j = 0; j < values.rows; ++j) {
    T const* value = values.row(j);
    float const weight = scores[j] * inverse;
#pragma omp simd
    for (std::int64_t e = 0; e < width; ++e) sums[e] += weight * float(value[e]);
  }
  for (std::int64_t e = 0; e < width; ++e) store(out[e], sums[e]);
}

}  // namespace detail

/// Row r of qkv (rows, packed), q and k turned, is a new token of the sequence that where[r] names: its key and value are
/// stored as the last rows of that span of keys and values (positions, kv_width), then its queries see the whole span.
/// Earlier rows of the span were stored before or stand in the same call. out: (rows, width).
template <class T>
void attention_cached(device& d, matrix_view<T> out, matrix_view<T const> qkv, matrix_view<T> keys, matrix_view<T> values,
                      cached_span const* where, attention_shape shape) {
  for (std::int64_t r = 0; r < qkv.rows; ++r) {
    auto const last = where[r].first + where[r].seen - 1;
    std::copy_n(qkv.row(r) + shape.k(0), shape.kv_width(), keys.row(last));
    std::copy_n(qkv.row(r) + shape.v(0), shape.kv_width(), values.row(last));
  }
  auto const width = shape.head_width;
  d.for_each(qkv.rows * shape.kv_heads, [&](std::int64_t task) {
    auto const r = task / shape.kv_heads, kv = task % shape.kv_heads, first = where[r].first, seen = where[r].seen;
    matrix_view<T const> const k = keys.slice(first, seen).part(kv * width, width),
                               v = values.slice(first, seen).part(kv * width, width);
    for (auto h = kv * shape.group(); h < (kv + 1) * shape.group(); ++h)
      detail::attend_one(out.row(r) + shape.q(h), qkv.row(r) + shape.q(h), k, v, shape.scale(),
                         scratch<float, detail::cached_scores>(seen), scratch<float, detail::cached_sums>(width));
  });
}

}  // namespace snowcoder::cpu

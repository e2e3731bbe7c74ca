// SPDX-License-Identifier: Apache-2.0
// Causal grouped-query attention, backward. One piece is a sequence and a key head: its query heads and blocks are walked
// in order, so the gradients of keys and values are added in one order.   twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/cpu/attention.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {

struct score_gradients;
struct key_gradients;
struct value_gradients;

/// In place: s becomes p = exp(scale * s - log_sum), dp becomes scale * p * (dp - dot); both zero from `valid` on.
template <class T>
void softmax_row_backward(T* p, T* ds, float* s, float* dp, float log_sum, float dot, std::int64_t valid, std::int64_t columns,
                          float scale) {
#pragma omp simd
  for (std::int64_t j = 0; j < valid; ++j) {
    float const e = exponential(s[j] * scale - log_sum), g = (dp[j] - dot) * scale;
    store(p[j], e);
    store(ds[j], e * g);
  }
  for (auto j = valid; j < columns; ++j) p[j] = ds[j] = T(0.0f);
}

template <class T>
float dot(T const* a, T const* b, std::int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < count; ++j) sum += float(a[j]) * float(b[j]);
  return sum;
}

}  // namespace detail

/// dqkv (rows, packed) = the gradient of qkv, from the forward's qkv, out and log_sums and the gradient of out.
template <class T>
void attention_backward(device& d, matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> out,
                        float const* log_sums, matrix_view<T const> dout, attention_shape shape) {
  constexpr auto block = detail::attention_block;
  auto const hw = shape.head_width, length = shape.length;
  d.for_each(shape.sequences * shape.kv_heads, [&](std::int64_t task) {
    auto const kv_head = task % shape.kv_heads, sequence = task / shape.kv_heads, start = sequence * length;
    auto const rows = qkv.slice(start, length), o = out.slice(start, length), up = dout.slice(start, length);
    auto const gradient = dqkv.slice(start, length);
    float* const s = scratch<float, detail::attention_scores>(block * length);
    float* const dp = scratch<float, detail::score_gradients>(block * length);
    T* const p = detail::as_elements<T, detail::attention_scores>(s, block * length);
    T* const ds = detail::as_elements<T, detail::score_gradients>(dp, block * length);
    matrix_view<float> const dk(scratch<float, detail::key_gradients>(length * hw), length, hw),
        dv(scratch<float, detail::value_gradients>(length * hw), length, hw);
    std::fill_n(dk.data, dk.size(), 0.0f);
    std::fill_n(dv.data, dv.size(), 0.0f);

    for (auto h = kv_head * shape.group(); h < (kv_head + 1) * shape.group(); ++h)
      for (std::int64_t first = 0; first < length; first += block) {
        auto const count = std::min(block, length - first);
        auto const from = detail::first_key(shape, sequence, first), keys = first + count - from;
        auto const q = rows.slice(first, count).part(shape.q(h), hw), up_h = up.slice(first, count).part(shape.q(h), hw);
        auto const k = rows.slice(from, keys).part(shape.k(h), hw), v = rows.slice(from, keys).part(shape.v(h), hw);
        tile_product(d, matrix_view<float>(s, count, keys), operand(q), transposed(k));
        tile_product(d, matrix_view<float>(dp, count, keys), operand(up_h), transposed(v));
        float const* kept = log_sums + (sequence * shape.heads + h) * length + first;
        for (std::int64_t i = 0; i < count; ++i) {
          auto const hidden = shape.start(sequence, first + i) - from, at = i * keys + hidden;
          detail::softmax_row_backward(p + at, ds + at, s + at, dp + at, kept[i],
                                       detail::dot(up_h.row(i), o.row(first + i) + shape.q(h), hw),
                                       first + i + 1 - from - hidden, keys - hidden, shape.scale());
          std::fill_n(p + i * keys, hidden, T(0.0f));
          std::fill_n(ds + i * keys, hidden, T(0.0f));
        }
        matrix_view<T const> const weights(p, count, keys), dscores(ds, count, keys);
        tile_product(d, gradient.slice(first, count).part(shape.q(h), hw), operand(dscores), operand(k));
        tile_product(d, dk.slice(from, keys), transposed(dscores), operand(q), {.accumulate = true});
        tile_product(d, dv.slice(from, keys), transposed(weights), operand(up_h), {.accumulate = true});
      }
    auto const k_column = shape.k(kv_head * shape.group()), v_column = shape.v(kv_head * shape.group());
    for (std::int64_t i = 0; i < length; ++i) {
      T *to_k = gradient.row(i) + k_column, *to_v = gradient.row(i) + v_column;
      float const *from_k = dk.row(i), *from_v = dv.row(i);
#pragma omp simd
      for (std::int64_t e = 0; e < hw; ++e) {
        store(to_k[e], from_k[e]);
        store(to_v[e], from_v[e]);
      }
    }
  });
}

}  // namespace snowcoder::cpu

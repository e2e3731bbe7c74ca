// SPDX-License-Identifier: Apache-2.0
// Attention of new tokens against the keys and values of all tokens so far, for generation. Plain loops over the cache:
// with one new token the work is reading the cache once.   twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/cpu/attention.hpp>
#include <snowcoder/backend/cpu/attention_backward.hpp>

#include <cstdint>

namespace snowcoder::cpu {

/// Row i of q (rows, width) stands at position start + i and sees keys and values (positions, kv_width) up to itself, which
/// already hold the new rows.
template <class T>
void attention_cached(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> keys,
                      matrix_view<T const> values, std::int64_t start, attention_shape shape) {
  auto const hw = shape.head_width;
  d.for_each(q.rows * shape.heads, [&](std::int64_t task) {
    auto const h = task % shape.heads, i = task / shape.heads, seen = start + i + 1, kv = h / shape.group() * hw;
    float* const s = scratch<float, 0>(keys.rows);
    float* const sum = scratch<float, 1>(hw);
    for (std::int64_t j = 0; j < seen; ++j) s[j] = detail::dot(q.row(i) + shape.q(h), keys.row(j) + kv, hw);
    detail::softmax_row(s, s, seen, seen, shape.scale());
    std::fill_n(sum, hw, 0.0f);
    for (std::int64_t j = 0; j < seen; ++j) {
      T const* v = values.row(j) + kv;
#pragma omp simd
      for (std::int64_t e = 0; e < hw; ++e) sum[e] += s[j] * float(v[e]);
    }
    for (std::int64_t e = 0; e < hw; ++e) out.row(i)[shape.q(h) + e] = T(sum[e]);
  });
}

}  // namespace snowcoder::cpu

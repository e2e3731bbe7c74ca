// SPDX-License-Identifier: Apache-2.0
// Attention without a mask over sections of different lengths that lie back to back, nothing padded. For each section and
// head, keys and values are packed into panels once; then tile by tile of queries: scores, softmax, and the sum of values,
// with the scores of a tile in the first cache. A query's result depends on its section alone.
// twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/arithmetic.hpp>
#include <snowcoder/backend/cpu/attention_packing.hpp>
#include <snowcoder/backend/cpu/bfloat16_kernel.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/exponential_lanes.hpp>
#include <snowcoder/backend/cpu/half_attention.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu {

namespace detail {

struct packed_keys;
struct packed_values;
struct section_scores;
struct rounded_queries;
struct rounded_weights;

/// Scores of `Rows` rows, in units of log 2, to 2^(score - largest), in place; columns [length, columns) become next to 0.
/// `columns` are whole panels. `sums` get theirs. Rows go side by side, since each alone would wait for itself.
template <int Rows>
inline void softmax_numerators(float* scores, std::int64_t stride, std::int64_t length, std::int64_t columns, float* sums) {
  float_lanes left[Rows], right[Rows], largest[Rows];
  auto const at = [&](int r, std::int64_t j) { return scores + r * stride + j; };
  for (int r = 0; r < Rows; ++r) {
    std::fill(at(r, length), at(r, columns), -1e30f);
    left[r] = load_lanes<float_lanes>(at(r, 0));
    right[r] = load_lanes<float_lanes>(at(r, lanes));
  }
  for (std::int64_t j = panel_width; j < columns; j += panel_width)
    for (int r = 0; r < Rows; ++r) {
      left[r] = larger_of(left[r], load_lanes<float_lanes>(at(r, j)));
      right[r] = larger_of(right[r], load_lanes<float_lanes>(at(r, j + lanes)));
    }
  for (int r = 0; r < Rows; ++r) {
    largest[r] = broadcast(largest_of(larger_of(left[r], right[r])));
    left[r] = right[r] = float_lanes{};
  }
  for (std::int64_t j = 0; j < columns; j += panel_width)
    for (int r = 0; r < Rows; ++r) {
      auto const a = power_of_two(load_lanes<float_lanes>(at(r, j)) - largest[r]),
                 b = power_of_two(load_lanes<float_lanes>(at(r, j + lanes)) - largest[r]);
      store_lanes(at(r, j), a);
      store_lanes(at(r, j + lanes), b);
      left[r] += a;
      right[r] += b;
    }
  for (int r = 0; r < Rows; ++r) sums[r] = sum_of(left[r] + right[r]);
}

/// out (queries, head_width) = the attention of q over keys and values (length, head_width), multiplied in Words; `scale` in
/// units of log 2. out may be q.
template <class Words>
void attend_section(matrix_view<float> out, matrix_view<float const> q, matrix_view<float const> keys,
                    matrix_view<float const> values, float scale) {
  using word = typename Words::word;
  auto const length = keys.rows, width = keys.columns, columns = whole_panels(length) * panel_width;
  auto const deep = words_of<Words>(width), along = words_of<Words>(length);  // words of a key, of a column of values
  auto* const key_panels = scratch<word, packed_keys>(columns * deep);
  auto* const value_panels = scratch<word, packed_values>(whole_panels(width) * panel_width * along);
  auto const stride = columns + lanes;  // rows a power of two apart would meet in the cache's sets
  auto* const scores = scratch<float, section_scores>(tile_rows * stride);
  pack_keys(key_panels, keys, scale);
  pack_values(value_panels, values);
  for_each_tile(q.rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
    auto const zero = [](int, int) { return float_lanes{}; };
    auto const asked = left_rows<Words, rounded_queries>(q.slice(at, Rows));
    for (std::int64_t j = 0; j < columns; j += panel_width)
      panel_tile<Words, Rows>(
          deep, asked.first, asked.stride, asked.step, key_panels + j * deep,
          zero, [&](int r, int half, float_lanes s) __attribute__((always_inline)) {
            store_lanes(scores + r * stride + j + half * lanes, s);
          });
    float inverse[Rows];
    constexpr int together = Rows % 2 == 0 ? 2 : 1;
    for (int r = 0; r < Rows; r += together)
      softmax_numerators<together>(scores + r * stride, stride, length, columns, inverse + r);
    for (int r = 0; r < Rows; ++r) inverse[r] = 1.0f / inverse[r];
    auto const weights = left_rows<Words, rounded_weights>(matrix_view<float const>(scores, Rows, length, stride));
    for (std::int64_t j = 0; j < width; j += panel_width)
      panel_tile<Words, Rows>(
          along, weights.first, weights.stride, weights.step, value_panels + j * along,
          zero, [&](int r, int half, float_lanes s) __attribute__((always_inline)) {
            auto const column = j + half * lanes;
            float* const to = out.row(at + r) + column;
            s *= inverse[r];
            if (column + lanes <= width)
              store_lanes(to, s);
            else if (column < width)
              store_first(to, s, width - column);
          });
  });
}

}  // namespace detail

/// out (queries, width) from q (queries, width) and packed [k | v] (rows, 2 width). Section s has the keys
/// [offsets[s], offsets[s + 1]) and the queries [query_offsets[s], query_offsets[s + 1]); both arrays have sections + 1
/// entries. Requires at least one key in every section, finite numbers where `how` is narrow; out must not overlap kv, and may
/// be q.
inline void bidirectional_attention(device& d, matrix_view<float> out, matrix_view<float const> q, matrix_view<float const> kv,
                                    std::int64_t const* query_offsets, std::int64_t const* offsets, std::int64_t sections,
                                    std::int64_t heads, arithmetic how = arithmetic::exact) {
  auto const width = q.columns, head_width = width / heads;
  require(kv.columns == 2 * width && out.columns == width && head_width * heads == width, "attention: shapes agree");
  float const scale = 1.44269504088896341f / std::sqrt(float(head_width));
  d.for_each(sections * heads, [&](std::int64_t task) {
    auto const section = task / heads, h = task % heads * head_width;
    auto const rows = kv.slice(offsets[section], offsets[section + 1] - offsets[section]);
    auto const first = query_offsets[section], queries = query_offsets[section + 1] - first;
    auto const to = out.slice(first, queries).part(h, head_width);
    auto const asked = q.slice(first, queries).part(h, head_width), keys = rows.part(h, head_width),
               values = rows.part(width + h, head_width);
    if (how == arithmetic::narrow && d.kernel() == bfloat16_kernel::pairs)
      return detail::attend_section<pair_words>(to, asked, keys, values, scale);
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
    if (how == arithmetic::narrow) return detail::half_attention(to, asked, keys, values, scale);
#endif
    detail::attend_section<float_words>(to, asked, keys, values, scale);
  });
}

}  // namespace snowcoder::cpu

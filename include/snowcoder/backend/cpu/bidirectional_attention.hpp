// SPDX-License-Identifier: Apache-2.0
// Attention without a mask over sections of different lengths that lie back to back, nothing padded. For each section and
// head, keys and values are packed into panels once; then tile by tile of queries: scores, softmax, and the sum of values,
// with the scores of a tile in the first cache. A query's result depends on its section alone.
// twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/arithmetic.hpp>
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

constexpr std::int64_t whole_panels(std::int64_t columns) { return (columns + panel_width - 1) / panel_width; }

/// Keys (length, head_width) as panels of their transpose, times `scale`; columns behind the last key are 0.
inline void pack_keys(float* panels, matrix_view<float const> keys, float scale) {
  for (std::int64_t first = 0; first < whole_panels(keys.rows) * panel_width; first += lanes) {
    auto* const panel = panels + first / panel_width * keys.columns * panel_width + first % panel_width;
    auto const count = keys.rows - first;
    for (std::int64_t e = 0; e < keys.columns; e += lanes) {
      auto const left = keys.columns - e;
      alignas(64) float turned[lanes * lanes];
      transpose_lanes(turned, lanes, [&](int i) {
        if (i >= count) return int_lanes{};
        auto const* const from = keys.row(first + i) + e;
        return int_lanes(load_first(from, std::min<std::int64_t>(lanes, left)) * scale);
      });
      for (std::int64_t j = 0; j < std::min<std::int64_t>(lanes, left); ++j)
        store_lanes(panel + (e + j) * panel_width, load_lanes<float_lanes>(turned + j * lanes));
    }
  }
}

/// Values (length, head_width) as panels; columns behind the head's width are 0.
inline void pack_values(float* panels, matrix_view<float const> values) {
  for (std::int64_t p = 0; p < whole_panels(values.columns); ++p)
    for (std::int64_t i = 0; i < values.rows; ++i) {
      auto* const to = panels + (p * values.rows + i) * panel_width;
      auto const count = std::min(panel_width, values.columns - p * panel_width);
      std::copy_n(values.row(i) + p * panel_width, count, to);
      std::fill(to + count, to + panel_width, 0.0f);
    }
}

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

}  // namespace detail

/// out (queries, width) from q (queries, width) and packed [k | v] (rows, 2 width). Section s has the keys
/// [offsets[s], offsets[s + 1]) and the queries [query_offsets[s], query_offsets[s + 1]); both arrays have sections + 1
/// entries. Requires at least one key in every section, finite numbers where `how` is narrow; out must not overlap kv, and may
/// be q.
inline void bidirectional_attention(device& d, matrix_view<float> out, matrix_view<float const> q, matrix_view<float const> kv,
                                    std::int64_t const* query_offsets, std::int64_t const* offsets, std::int64_t sections,
                                    std::int64_t heads, [[maybe_unused]] arithmetic how = arithmetic::exact) {
  auto const width = q.columns, head_width = width / heads;
  require(kv.columns == 2 * width && out.columns == width && head_width * heads == width, "attention: shapes agree");
  float const scale = 1.44269504088896341f / std::sqrt(float(head_width));
  d.for_each(sections * heads, [&](std::int64_t task) {
    auto const section = task / heads, h = task % heads * head_width;
    auto const length = offsets[section + 1] - offsets[section], columns = detail::whole_panels(length) * panel_width;
    auto const rows = kv.slice(offsets[section], length);
    auto const first = query_offsets[section], queries = query_offsets[section + 1] - first;
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
    if (how == arithmetic::narrow)
      return detail::half_attention(out.slice(first, queries).part(h, head_width), q.slice(first, queries).part(h, head_width),
                                    rows.part(h, head_width), rows.part(width + h, head_width), scale);
#endif
    auto* const keys = scratch<float, 22>(columns * head_width);
    auto* const values = scratch<float, 23>(detail::whole_panels(head_width) * panel_width * length);
    auto const stride = columns + lanes;  // rows a power of two apart would meet in the cache's sets
    auto* const scores = scratch<float, 24>(tile_rows * stride);
    detail::pack_keys(keys, rows.part(h, head_width), scale);
    detail::pack_values(values, rows.part(width + h, head_width));
    for_each_tile(queries, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
      auto const zero = [](int, int) { return float_lanes{}; };
      float const* const a = q.row(first + at) + h;
      for (std::int64_t p = 0; p < detail::whole_panels(length); ++p)
        detail::panel_tile<float_words, Rows>(
            head_width, a, q.stride, 1, keys + p * head_width * panel_width,
            zero, [&](int r, int half, float_lanes s) __attribute__((always_inline)) {
              store_lanes(scores + r * stride + p * panel_width + half * lanes, s);
            });
      float inverse[Rows];
      constexpr int together = Rows % 2 == 0 ? 2 : 1;
      for (int r = 0; r < Rows; r += together)
        detail::softmax_numerators<together>(scores + r * stride, stride, length, columns, inverse + r);
      for (int r = 0; r < Rows; ++r) inverse[r] = 1.0f / inverse[r];
      for (std::int64_t p = 0; p < detail::whole_panels(head_width); ++p)
        detail::panel_tile<float_words, Rows>(
            length, scores, stride, 1, values + p * length * panel_width,
            zero, [&](int r, int half, float_lanes s) __attribute__((always_inline)) {
              auto const column = p * panel_width + half * lanes;
              float* const to = out.row(first + at + r) + h + column;
              s *= inverse[r];
              if (column + lanes <= head_width)
                store_lanes(to, s);
              else if (column < head_width)
                store_first(to, s, head_width - column);
            });
    });
  });
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// One section and head of bidirectional attention in half precision (half_lanes.hpp): keys in panels of 64, scores and weights
// as halves, sums of at most 128 products before they go on as floats. Queries, keys and values are scaled by powers of two, so
// that no input leaves the range.   twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/half_lanes.hpp>
#include <snowcoder/backend/cpu/half_rows.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#if defined(__AVX512FP16__) && !defined(__CUDACC__)
namespace snowcoder::cpu::detail {

struct half_keys;
struct half_values;
struct half_scores;
struct half_queries;

/// Halves in a vector; keys in a panel; words of the values that one sum of halves takes in.
inline constexpr std::int64_t half_width = 2 * lanes, half_keys = 2 * half_width, value_chain = half_chain;

/// Calls take(column, halves) for every column of up to `lanes` rows of m, times their scales; rows that are not there repeat
/// the last one.
template <class Take>
void for_each_column(matrix_view<float const> m, float const* scales, Take const& take) {
  alignas(64) float columns[lanes * lanes];
  auto const factors = load_lanes<float_lanes>(scales);
  for (std::int64_t e = 0; e < m.columns; e += lanes) {
    auto const left = m.columns - e;
    transpose_lanes(columns, lanes, [&](int i) {
      auto const* const from = m.row(std::min<std::int64_t>(i, m.rows - 1)) + e;
      return int_lanes(load_first(from, std::min<std::int64_t>(lanes, left)));
    });
    for (std::int64_t j = 0; j < std::min<std::int64_t>(lanes, left); ++j)
      take(e + j, load_lanes<float_lanes>(columns + j * lanes) * factors);
  }
}

/// Keys (length, head_width) as panels of their transpose; keys behind the last one are 0.
inline void pack_half_keys(half* panels, matrix_view<float const> keys, std::int64_t padded, float scale) {
  float scales[lanes];
  for (std::int64_t first = 0; first < padded; first += lanes) {
    auto* const panel = panels + first / half_keys * half_keys * keys.columns + first % half_keys;
    auto const count = std::clamp<std::int64_t>(keys.rows - first, 0, lanes);
    for (std::int64_t i = 0; i < lanes; ++i) scales[i] = i < count ? scale : 0.0f;
    for_each_column(keys.slice(count ? first : 0, std::max<std::int64_t>(count, 1)), scales,
                    [&](std::int64_t e, float_lanes v) { store_halves(panel + e * half_keys, v); });
  }
}

/// Values (length, head_width) as panels of pairs of rows: to[w][column] = (row 2 w, row 2 w + 1); zeros around them.
inline void pack_half_values(half* panels, matrix_view<float const> values, std::int64_t words, float scale) {
  for (std::int64_t c = 0; c < values.columns; c += lanes) {
    auto* const to = panels + c / panel_width * words * 2 * panel_width + c % panel_width * 2;
    auto const left = std::min<std::int64_t>(lanes, values.columns - c);
    auto const row = [&](std::int64_t i) {
      return i < values.rows ? load_first(values.row(i) + c, left) * scale : float_lanes{};
    };
    for (std::int64_t w = 0; w < words; ++w) store_lanes(to + w * 2 * panel_width, half_pairs(row(2 * w), row(2 * w + 1)));
  }
}

/// Scores of `Rows` rows to weights 2^(factor (score - largest)), in place; columns [length, columns) become 0. `sums` get
/// theirs. Rows go side by side, since each alone would wait for itself.
template <int Rows>
inline void half_softmax(half* scores, std::int64_t stride, std::int64_t length, std::int64_t columns, float const* factors,
                         float* sums) {
  half_lanes most[Rows], largest[Rows], steep[Rows], sum[Rows];
  auto const at = [&](int r, std::int64_t j) { return scores + r * stride + j; };
  for (int r = 0; r < Rows; ++r) {
    std::fill(at(r, length), at(r, columns), half_of(-65504.0f));
    most[r] = load_lanes<half_lanes>(at(r, 0));
  }
  for (std::int64_t j = half_width; j < columns; j += half_width)
    for (int r = 0; r < Rows; ++r) most[r] = larger_of(most[r], load_lanes<half_lanes>(at(r, j)));
  for (int r = 0; r < Rows; ++r) {
    largest[r] = broadcast_half(largest_of(most[r]));
    steep[r] = broadcast_half(std::min(factors[r], 60000.0f));
    sum[r] = half_lanes{};
  }
  auto const least = broadcast_half(-30.0f);
  for (std::int64_t j = 0; j < columns; j += half_width)
    for (int r = 0; r < Rows; ++r) {
      // Where scores are next to nothing, so is what they are multiplied with, and no score is low enough for a weight of 0.
      auto const weight =
          first_of(power_of_two(larger_of((load_lanes<half_lanes>(at(r, j)) - largest[r]) * steep[r], least)), length - j);
      store_lanes(at(r, j), weight);
      sum[r] += weight;
    }
  for (int r = 0; r < Rows; ++r) sums[r] = sum_of(even_halves(sum[r]) + odd_halves(sum[r]));
}

/// out (queries, head_width) = the attention of q over keys and values (length, head_width); `scale` in units of log 2. out may
/// be q.
inline void half_attention(matrix_view<float> out, matrix_view<float const> q, matrix_view<float const> keys,
                           matrix_view<float const> values, float scale) {
  auto const length = keys.rows, width = keys.columns;
  auto const columns = (length + half_keys - 1) / half_keys * half_keys, words = columns / 2;
  auto const value_panels = (width + panel_width - 1) / panel_width, stride = columns + half_width;
  auto* const key_panels = scratch<half, half_keys>(columns * width);
  auto* const pairs = scratch<half, half_values>(value_panels * words * 2 * panel_width);
  auto* const scores = scratch<half, half_scores>(tile_rows * stride);
  auto* const asked = scratch<std::int32_t, half_queries>(width * group_rows);
  alignas(64) float sums[tile_rows * panel_width];
  // Scores of `width` products of less than 16 and less than 1; values less than 1, weights at most 1.
  float const key_scale = scale_into(largest_magnitude(keys), 1.0f), value_scale = scale_into(largest_magnitude(values), 1.0f);
  pack_half_keys(key_panels, keys, columns, key_scale);
  pack_half_values(pairs, values, words, value_scale);
  for_each_tile(q.rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
    float query_scales[lanes];
    for (int r = 0; r < lanes; ++r)
      query_scales[r] = r < Rows ? scale_into(largest_magnitude(q.slice(at + r, 1)), 16.0f) : 0.0f;
    for_each_column(q.slice(at, Rows), query_scales,
                    [&](std::int64_t e, float_lanes v) { store_lanes(asked + e * group_rows, half_pairs(v, v)); });
    for (std::int64_t p = 0; p < columns / half_keys; ++p)
      panel_tile<half_words, Rows>(
          width, asked, 1, group_rows, reinterpret_cast<std::int32_t const*>(key_panels + p * half_keys * width),
          [](int, int) { return half_lanes{}; },
          [&](int r, int side, half_lanes s)
              __attribute__((always_inline)) { store_lanes(scores + r * stride + p * half_keys + side * half_width, s); });
    float factors[Rows], inverse[Rows];
    for (int r = 0; r < Rows; ++r) factors[r] = scale / (key_scale * query_scales[r]);
    constexpr int together = Rows % 2 == 0 ? 2 : 1;
    for (int r = 0; r < Rows; r += together)
      half_softmax<together>(scores + r * stride, stride, length, columns, factors + r, inverse + r);
    for (int r = 0; r < Rows; ++r) inverse[r] = 1.0f / (value_scale * inverse[r]);
    for (std::int64_t p = 0; p < value_panels; ++p)
      for (std::int64_t w = 0; w < words; w += value_chain) {
        auto const here = std::min(value_chain, words - w);
        panel_tile<half_words, Rows>(
            here, reinterpret_cast<std::int32_t const*>(scores) + w, stride / 2, 1,
            reinterpret_cast<std::int32_t const*>(pairs) + (p * words + w) * panel_width, [](int, int) { return half_lanes{}; },
            [&](int r, int side, half_lanes s) __attribute__((always_inline)) {
              auto* const sum = sums + r * panel_width + side * lanes;
              auto total = sum_of_pairs(s);
              if (w > 0) total += load_lanes<float_lanes>(sum);
              store_lanes(sum, total);
            });
        if (w + here < words) continue;
        for (int r = 0; r < Rows; ++r)
          for (std::int64_t c = p * panel_width; c < std::min(width, (p + 1) * panel_width); c += lanes)
            store_first(out.row(at + r) + c, load_lanes<float_lanes>(sums + r * panel_width + c % panel_width) * inverse[r],
                        std::min<std::int64_t>(lanes, width - c));
      }
  });
}

}  // namespace snowcoder::cpu::detail
#endif

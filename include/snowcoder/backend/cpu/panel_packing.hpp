// SPDX-License-Identifier: Apache-2.0
// Brings operands of any strides into the order in which the tiles of panel_product.hpp read them: columns of B in panels, rows
// of A in groups, word after word of k.
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

namespace snowcoder::cpu {

/// Words that are moved as they are.
template <class Word>
struct moved_words {
  using word = Word;
};
/// Elements of k in a word.
template <class Words>
inline constexpr std::int64_t per_word = std::is_same_v<Words, pair_words> ? 2 : 1;
template <class Words>
constexpr std::int64_t words_of(std::int64_t k) {
  return (k + per_word<Words> - 1) / per_word<Words>;
}
/// Room for the rows of a tile in a group.
inline constexpr std::int64_t group_rows = std::int64_t(std::bit_ceil(unsigned(tile_rows)));

namespace detail {

/// The word that begins at `at`; `next` is the way to the element after it in k, which there is none of unless `whole`.
template <class Words, class T>
typename Words::word word_at(T const* at, std::int64_t next, bool whole) {
  if constexpr (std::is_same_v<Words, pair_words>)
    return std::int32_t(std::uint32_t(at->bits) | (whole ? std::uint32_t(at[next].bits) << 16 : 0u));
  else
    return typename Words::word(*at);
}

/// As many words as a vector has lanes, that lie one after the other.
template <class Words, class T>
int_lanes words_at(T const* at) {
  if constexpr (std::is_same_v<Words, float_words> && std::is_same_v<T, bfloat16>) {
    using halves = std::uint16_t __attribute__((vector_size(2 * lanes)));
    halves h;
    std::memcpy(&h, at, sizeof h);
    return __builtin_convertvector(h, int_lanes) << 16;
  } else {
    return load_lanes<int_lanes>(at);
  }
}

/// The vectors row(0), row(1), … become columns at `to`, `stride` apart. Each round interleaves the upper half of the vectors
/// with the lower, which turns the bits of (row, column) by one.
template <class Word, class Row>
void transpose_lanes(Word* to, std::int64_t stride, Row const& row) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    constexpr int half = lanes / 2;
    int_lanes from[lanes] = {row(i)...};
    for (int distance = 1; distance < lanes; distance *= 2) {
      int_lanes const turned[lanes] = {
          (i % 2 == 0 ? __builtin_shufflevector(from[i / 2], from[i / 2 + half], (i / 2 + i % 2 * lanes)...)
                      : __builtin_shufflevector(from[i / 2], from[i / 2 + half], (half + i / 2 + i % 2 * lanes)...))...};
      ((from[i] = turned[i]), ...);
    }
    (store_lanes(to + i * stride, from[i]), ...);
  }
  (std::make_integer_sequence<int, lanes>());
}

/// `lines` lines (rows of A or columns of B) beside each other, Wide places a word: to[w * Wide + line] for `words` words from
/// `first` on. Line i begins at from + i * line; `step` leads to the next element of k, of which there are `k`. Places beyond
/// the lines get copies of the last one.
template <class Words, std::int64_t Wide, class T>
void interleave(typename Words::word* to, T const* from, std::int64_t lines, std::int64_t line, std::int64_t step,
                std::int64_t k, std::int64_t first, std::int64_t words) {
  constexpr std::int64_t per = per_word<Words>;
  auto const whole = std::clamp<std::int64_t>(k / per - first, 0, words);  // words that are full
  std::int64_t w = 0;
  if (step == 1) {
    for (; w + lanes <= whole; w += lanes)
      for (std::int64_t j = 0; j < Wide; j += lanes)
        transpose_lanes(to + w * Wide + j, Wide,
                        [&](int i) { return words_at<Words>(from + std::min(j + i, lines - 1) * line + (first + w) * per); });
  } else if (line == 1 && lines >= Wide) {
    for (; w < whole; ++w) {
      T const* const at = from + (first + w) * per * step;
      auto* const out = to + w * Wide;
#pragma omp simd
      for (std::int64_t i = 0; i < Wide; ++i) out[i] = word_at<Words>(at + i, step, true);
    }
  }
  for (; w < words; ++w)
    for (std::int64_t i = 0; i < Wide; ++i)
      to[w * Wide + i] = word_at<Words>(from + std::min(i, lines - 1) * line + (first + w) * per * step, step, w < whole);
}

}  // namespace detail

/// Words of the panels of B (k, n).
template <class Words>
constexpr std::int64_t packed_size(std::int64_t n, std::int64_t k) {
  return (n + panel_width - 1) / panel_width * panel_width * words_of<Words>(k);
}

/// The panel of columns [first, first + panel_width) of B (k, n).
template <class Words, class T>
void pack_panel(typename Words::word* to, operand<T> b, std::int64_t first) {
  detail::interleave<Words, panel_width>(to, b.data + first * b.column_stride, std::min(panel_width, b.columns - first),
                                         b.column_stride, b.row_stride, b.rows, 0, words_of<Words>(b.rows));
}

/// All panels of B (k, n).
template <class Words, class T>
void pack_panels(typename Words::word* to, operand<T> b) {
  for (std::int64_t j = 0; j < b.columns; j += panel_width) pack_panel<Words>(to + j * words_of<Words>(b.rows), b, j);
}

/// Rows of A (m, k) in groups of tile_rows, `apart` words from each other; words [first, first + words) of each row.
template <class Words, class T>
void pack_groups(typename Words::word* to, std::int64_t apart, operand<T> a, std::int64_t first, std::int64_t words) {
  for (std::int64_t r = 0; r < a.rows; r += tile_rows, to += apart)
    detail::interleave<Words, group_rows>(to, a.data + r * a.row_stride, std::min(group_rows, a.rows - r), a.row_stride,
                                          a.column_stride, a.columns, first, words);
}

}  // namespace snowcoder::cpu

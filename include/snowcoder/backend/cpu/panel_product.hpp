// SPDX-License-Identifier: Apache-2.0
// The inner loop of matrix products: the right operand lies in panels as wide as two vectors, packed once (projection.hpp) or
// as it comes (panel_packing.hpp); a tile of the result lives in registers, and every element of the result is one chain of
// additions in the order of k. So a row's result depends on that row alone, however many rows there are and whoever computes
// them. A "word" is 32 bits of k: one float, two bfloat16 or 16-bit integers, or four bytes.
#pragma once

#include <snowcoder/backend/cpu/half_lanes.hpp>
#include <snowcoder/backend/cpu/integer_products.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace snowcoder::cpu {

/// Columns of a panel.
inline constexpr std::int64_t panel_width = 2 * lanes;
/// Rows of a tile: as many as leave registers for a row's word and the panel's two vectors.
inline constexpr int tile_rows = lanes == 16 ? 14 : 6;

/// Products of floats.
struct float_words {
  using word = float;
  using sums = float_lanes;
  static sums add(sums s, word a, float_lanes b) { return multiply_add(s, broadcast(a), b); }
  static float_lanes load(word const* b) { return load_lanes<float_lanes>(b); }
};
/// Products of pairs of bfloat16.
struct pair_words {
  using word = std::int32_t;
  using sums = float_lanes;
  static sums add(sums s, word a, int_lanes b) { return add_pair_products(s, broadcast(a), b); }
  static int_lanes load(word const* b) { return load_lanes<int_lanes>(b); }
};
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
/// Products of pairs of halves: even and odd elements of k have a sum each, which is good for `half_chain` words.
struct half_words {
  using word = std::int32_t;
  using sums = half_lanes;
  static sums add(sums s, word a, int_lanes b) { return add_half_products(s, broadcast(a), b); }
  static int_lanes load(word const* b) { return load_lanes<int_lanes>(b); }
};
#endif
/// Products of pairs of 16-bit integers.
struct short_words {
  using word = std::int32_t;
  using sums = int_lanes;
  static sums add(sums s, word a, int_lanes b) { return add_short_products(s, broadcast(a), b); }
  static int_lanes load(word const* b) { return load_lanes<int_lanes>(b); }
};
/// Products of unsigned bytes (the rows) and signed bytes (the panel).
struct byte_words {
  using word = std::int32_t;
  using sums = int_lanes;
  static constexpr int together = words_of_bytes;
  static sums add(sums s, word a, int_lanes b) { return add_byte_products(s, broadcast(a), b); }
  static sums add(sums s, word a, int_lanes b, word c, int_lanes d) {
    return add_byte_products(s, broadcast(a), b, broadcast(c), d);
  }
  static int_lanes load(word const* b) { return load_lanes<int_lanes>(b); }
};
/// Words of k that one addition takes in: their number is a multiple of it.
template <class Words>
inline constexpr int words_together = [] {
  if constexpr (requires { Words::together; }) return Words::together;
  return 1;
}();

/// What sums are kept as between two runs of panel_tile: halves go on as floats.
template <class Sums>
struct accumulated {
  using type = Sums;
};
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
template <>
struct accumulated<half_lanes> {
  using type = float_lanes;
};
#endif

namespace detail {

/// Rows and panels of one task: a block of rows stays in the second cache while panels pass by.
inline constexpr std::int64_t block_rows = 224, block_panels = 12;
/// Words of k that a sum of halves may have.
inline constexpr std::int64_t half_chain = 64;

/// Read as bytes, for a word is often two or four elements of another type.
template <class Word>
__attribute__((always_inline)) inline Word word_at_address(Word const* at) {
  Word w;
  std::memcpy(&w, at, sizeof w);
  return w;
}

/// left[r], right[r] += row r of `a` times either half of a panel. Rows are `stride` words apart, the words of a row `step`.
template <class Words, int Rows>
__attribute__((always_inline)) inline void add_panel(typename Words::sums* left, typename Words::sums* right,
                                                     std::int64_t words, typename Words::word const* a, std::int64_t stride,
                                                     std::int64_t step, typename Words::word const* panel) {
  [&]<std::size_t... r>(std::index_sequence<r...>) __attribute__((always_inline)) {
    for (std::int64_t k = 0; k < words; k += words_together<Words>) {
      auto const* const b = panel + k * panel_width;
      auto const b0 = Words::load(b), b1 = Words::load(b + lanes);
      if constexpr (words_together<Words> == 2) {
        auto const c0 = Words::load(b + panel_width), c1 = Words::load(b + panel_width + lanes);
        auto const row = [&](std::size_t i) __attribute__((always_inline)) {
          auto const *const first = a + std::int64_t(i) * stride + k * step, *const second = first + step;
          auto const one = word_at_address(first), other = word_at_address(second);
          left[i] = Words::add(left[i], one, b0, other, c0);
          right[i] = Words::add(right[i], one, b1, other, c1);
        };
        (row(r), ...);
      } else {
        auto const row = [&](std::size_t i) __attribute__((always_inline)) {
          auto const word = word_at_address(a + std::int64_t(i) * stride + k * step);
          left[i] = Words::add(left[i], word, b0);
          right[i] = Words::add(right[i], word, b1);
        };
        (row(r), ...);
      }
    }
  }
  (std::make_index_sequence<std::size_t(Rows)>());
}

/// c (Rows, panel_width) = [c +] a tile's rows of A times one panel; c holds sums bit by bit, rows `c_row` floats apart. A
/// function of its own, for g++ keeps some of the sums in memory inside a larger one where there are 16 registers.
template <class Words, int Rows, bool Add>
__attribute__((noinline)) void multiply_tile(float* c, std::int64_t c_row, typename Words::word const* a, std::int64_t stride,
                                             std::int64_t step, typename Words::word const* panel, std::int64_t words) {
  using sums = typename Words::sums;
  [&]<std::size_t... r>(std::index_sequence<r...>) __attribute__((always_inline)) {
    auto const begin = [&](std::int64_t at) __attribute__((always_inline)) { return Add ? load_lanes<sums>(c + at) : sums{}; };
    sums left[Rows] = {begin(std::int64_t(r) * c_row)...}, right[Rows] = {begin(std::int64_t(r) * c_row + lanes)...};
    add_panel<Words, Rows>(left, right, words, a, stride, step, panel);
    ((store_lanes(c + std::int64_t(r) * c_row, left[r]), store_lanes(c + std::int64_t(r) * c_row + lanes, right[r])), ...);
  }
  (std::make_index_sequence<std::size_t(Rows)>());
}

/// Rows of A as tiles read them, `stride` words apart, a row's words `step` apart, and from one tile to the next `tile`.
template <class Words>
struct row_words {
  typename Words::word const* first;
  std::int64_t stride, step, tile;
  typename Words::word const* at(std::int64_t row) const { return first + row / tile_rows * tile + row % tile_rows * stride; }
};

/// Whether tiles may read rows where they lie, `stride` words apart: not where all fall on one set of the first cache.
constexpr bool rows_lie_apart(std::int64_t stride) { return stride % 1024 != 0; }

/// The same as a function of its own: inside a larger one, g++ keeps some of the sums in memory where there are 16 registers.
template <class Words, int Rows>
__attribute__((noinline)) void add_panel_apart(typename Words::sums* sums, std::int64_t words, typename Words::word const* a,
                                               std::int64_t stride, std::int64_t step, typename Words::word const* panel) {
  [&]<std::size_t... r>(std::index_sequence<r...>) __attribute__((always_inline)) {
    typename Words::sums left[Rows] = {sums[2 * r]...}, right[Rows] = {sums[2 * r + 1]...};
    add_panel<Words, Rows>(left, right, words, a, stride, step, panel);
    ((sums[2 * r] = left[r], sums[2 * r + 1] = right[r]), ...);
  }
  (std::make_index_sequence<std::size_t(Rows)>());
}

/// `Rows` rows of `a` times one panel; begin(r, half) gives a sum's start, end(r, half, sum) takes it. Rows and words as in
/// add_panel.
template <class Words, int Rows, class Begin, class End>
__attribute__((always_inline)) inline void panel_tile(std::int64_t words, typename Words::word const* a, std::int64_t stride,
                                                      std::int64_t step, typename Words::word const* panel, Begin const& begin,
                                                      End const& end) {
  [&]<std::size_t... r>(std::index_sequence<r...>) __attribute__((always_inline)) {
    if constexpr (lanes == 16) {
      typename Words::sums left[Rows] = {begin(int(r), 0)...}, right[Rows] = {begin(int(r), 1)...};
      add_panel<Words, Rows>(left, right, words, a, stride, step, panel);
      (end(int(r), 0, left[r]), ...);
      (end(int(r), 1, right[r]), ...);
    } else {
      typename Words::sums sums[2 * Rows];
      ((sums[2 * r] = begin(int(r), 0), sums[2 * r + 1] = begin(int(r), 1)), ...);
      add_panel_apart<Words, Rows>(sums, words, a, stride, step, panel);
      ((end(int(r), 0, sums[2 * r]), end(int(r), 1, sums[2 * r + 1])), ...);
    }
  }
  (std::make_index_sequence<std::size_t(Rows)>());
}

}  // namespace detail

/// Calls tile(integral_constant<int, Rows>, first row) for tiles that cover `rows` rows.
template <class Tile>
void for_each_tile(std::int64_t rows, Tile const& tile) {
  std::int64_t at = 0;
  for (; at + tile_rows <= rows; at += tile_rows) tile(std::integral_constant<int, tile_rows>(), at);
  if constexpr (tile_rows > 8)
    for (; at + 8 <= rows; at += 8) tile(std::integral_constant<int, 8>(), at);
  for (; at + 4 <= rows; at += 4) tile(std::integral_constant<int, 4>(), at);
  for (; at + 2 <= rows; at += 2) tile(std::integral_constant<int, 2>(), at);
  for (; at < rows; ++at) tile(std::integral_constant<int, 1>(), at);
}

}  // namespace snowcoder::cpu

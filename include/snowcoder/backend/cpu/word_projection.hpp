// SPDX-License-Identifier: Apache-2.0
// A packed weight times rows in plain vectors, for projection.hpp.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/cpu/row_blocks.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu::detail {

struct grouped_rows;

/// Words of k that a task multiplies at once: such a piece of a panel stays in the first cache while rows pass by, and sums
/// wait for the next piece in y. So small that the next panel's piece has room beside it.
inline constexpr std::int64_t block_words = 128;

/// What lies at column j of y's row, as lanes of any kind; zeros behind the row's end.
template <class Lanes>
__attribute__((always_inline)) inline Lanes load_columns(matrix_view<float> y, std::int64_t row, std::int64_t j) {
  auto const* const at = y.row(row) + j;
  if (j + lanes <= y.columns) return load_lanes<Lanes>(at);
  return Lanes(load_first(at, std::max<std::int64_t>(y.columns - j, 0)));
}
__attribute__((always_inline)) inline void store_columns(matrix_view<float> y, std::int64_t row, std::int64_t j,
                                                         float_lanes v) {
  auto* const at = y.row(row) + j;
  if (j + lanes <= y.columns)
    store_lanes(at, v);
  else if (j < y.columns)
    store_first(at, v, y.columns - j);
}

/// y's tile at (row, column) [+]= the tile of `a` at that row times `words` words of a panel; behind the last word
/// end(row, column, sum) turns a vector of sums into what is stored, until then sums lie in y as they are.
template <class Words, int Rows, class End>
void project_tile(matrix_view<float> y, std::int64_t row, std::int64_t column, row_words<Words> const& a,
                  typename Words::word const* panel, std::int64_t words, bool begun, bool whole, End const& end) {
  using sums = typename Words::sums;
  alignas(64) float edge[Rows * panel_width];
  bool const fits = column + panel_width <= y.columns;
  float* const c = fits ? y.row(row) + column : edge;
  auto const c_row = fits ? y.stride : panel_width;
  auto const each = [&](auto const& what) __attribute__((always_inline)) {
    for (int r = 0; r < Rows; ++r)
      for (std::int64_t j = 0; j < panel_width; j += lanes) what(row + r, column + j, c + r * c_row + j);
  };
  if (begun && !fits) each([&](std::int64_t i, std::int64_t j, float* at) { store_lanes(at, load_columns<sums>(y, i, j)); });
  auto const multiply = begun ? multiply_tile<Words, Rows, true> : multiply_tile<Words, Rows, false>;
  multiply(c, c_row, a.at(row), a.stride, a.step, panel, words);
  if (whole) each([&](std::int64_t i, std::int64_t j, float* at) { store_lanes(at, end(i, j, load_lanes<sums>(at))); });
  if (!fits) each([&](std::int64_t i, std::int64_t j, float* at) { store_columns(y, i, j, load_lanes<float_lanes>(at)); });
}

/// The same where sums are good for half_chain words and go on in y as floats.
template <class Words, int Rows, class End>
void project_chains(matrix_view<float> y, std::int64_t row, std::int64_t column, row_words<Words> const& a,
                    typename Words::word const* panel, std::int64_t words, bool begun, bool whole, End const& end) {
  using sums = typename Words::sums;
  for (std::int64_t from = 0; from < words; from += half_chain) {
    bool const done = whole && from + half_chain >= words;
    panel_tile<Words, Rows>(
        std::min(half_chain, words - from), a.at(row) + from * a.step, a.stride, a.step, panel + from * panel_width,
        [](int, int) __attribute__((always_inline)) { return sums{}; },
        [&](int r, int half, sums s) __attribute__((always_inline)) {
          auto const i = row + r, j = column + half * lanes;
          auto total = sum_of_pairs(s);
          if (begun || from > 0) total += load_columns<float_lanes>(y, i, j);
          store_columns(y, i, j, done ? end(i, j, total) : total);
        });
  }
}

/// Every tile of y: end(row, column, sum) turns a vector of sums into what is stored. Rows of x are `stride` words apart.
template <class Words, class Weight, class End>
void project_words(device& d, matrix_view<float> y, typename Words::word const* x, std::int64_t stride, Weight const& w,
                   End const& end) {
  using word = typename Words::word;
  auto const high = even_block(y.rows, block_rows, d.threads());
  auto const down = (y.rows + high - 1) / high, across = (w.panels() + block_panels - 1) / block_panels;
  d.for_each(down * across, [&](std::int64_t task) {
    auto const first = task / across * high, rows = std::min(high, y.rows - first);
    auto const begin = task % across * block_panels, last = std::min(w.panels(), begin + block_panels);
    auto const block = y.slice(first, rows);
    auto const stored = [&](std::int64_t i, std::int64_t j, auto sums) __attribute__((always_inline)) {
      return end(first + i, j, sums);
    };
    bool const in_place = rows_lie_apart(stride);
    auto* const groups = in_place ? nullptr : scratch<word, grouped_rows>((high / tile_rows + 1) * block_words * group_rows);
    for (std::int64_t k = 0; k < w.words(); k += block_words) {
      auto const here = std::min(block_words, w.words() - k);
      row_words<Words> a{x + first * stride + k, stride, 1, tile_rows * stride};
      if (!in_place) {
        a = {groups, 1, group_rows, block_words * group_rows};
        pack_groups<moved_words<word>>(groups, a.tile, operand<word>(x + first * stride, rows, w.words(), stride, 1), k, here);
      }
      for (auto p = begin; p < last; ++p) {
        auto const* const panel = w.template panel<word>(p) + k * panel_width;
        // The next piece of a panel comes while this one's tiles are computed: none of them has to wait for it.
        auto const* const next =
            p + 1 < last ? panel + w.words() * panel_width : w.template panel<word>(begin) + (k + here) * panel_width;
        auto const lines = here * panel_width * std::int64_t(sizeof(word)) / 64 * tile_rows / rows;
        for_each_tile(rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
          for (std::int64_t i = 0; i <= lines; ++i)
            __builtin_prefetch(next + (at / tile_rows * (lines + 1) + i) * (64 / sizeof(word)), 0, 3);
          constexpr bool one_chain = std::is_same_v<typename accumulated<typename Words::sums>::type, typename Words::sums>;
          bool const begun = k > 0, whole = k + here == w.words();
          if constexpr (one_chain)
            project_tile<Words, Rows>(block, at, p * panel_width, a, panel, here, begun, whole, stored);
          else
            project_chains<Words, Rows>(block, at, p * panel_width, a, panel, here, begun, whole, stored);
        });
      }
    }
  });
}

}  // namespace snowcoder::cpu::detail

// SPDX-License-Identifier: Apache-2.0
// Matrix products of operands that are new each time, any strides: B is brought into panels, A into groups, and a tile of C is
// walked panel by panel. bfloat16 is multiplied in pairs or widened to float on the way. Every element of C is one sum over k
// in order, whatever the tile or the rows beside it.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu {

/// Rows of C that are walked together, and words of k: such a piece of A stays in the second cache and a panel's in the first.
inline constexpr std::int64_t panel_block_rows = (lanes == 16 ? 18 : 22) * tile_rows, panel_block_words = 256;

namespace detail {

struct grouped_operand;

/// Whether tiles read A where it lies: rows of whole words, in k after one another.
template <class Words, class T>
bool lies_in_rows(operand<T> a) {
  constexpr auto per = per_word<Words>;
  if (per * sizeof(T) != sizeof(typename Words::word) || a.column_stride != 1) return false;
  return a.row_stride % per == 0 && a.columns % per == 0 && rows_lie_apart(a.row_stride / per) &&
         reinterpret_cast<std::uintptr_t>(a.data) % sizeof(typename Words::word) == 0;
}

/// c (rows, panel_width) = [c +] A x B for rows of A and one panel, `words` words of k.
template <class Words>
void multiply_panel(float* c, std::int64_t c_row, std::int64_t rows, row_words<Words> a, typename Words::word const* panel,
                    std::int64_t words, bool add) {
  for_each_tile(rows, [&]<int Rows>(std::integral_constant<int, Rows>, std::int64_t at) {
    auto const tile = add ? multiply_tile<Words, Rows, true> : multiply_tile<Words, Rows, false>;
    tile(c + at * c_row, c_row, a.at(at), a.stride, a.step, panel, words);
  });
}

}  // namespace detail

/// C = [C +] A x B [+ bias] for a B in panels; C has at most panel_block_rows rows. `sums` has room for C with whole panels,
/// and is not used where C is float and ends with a whole panel.
template <class Words, class C, class T>
void multiply_panels(matrix_view<C> c, operand<T> a, typename Words::word const* panels, product_options how, float* sums) {
  auto const words = words_of<Words>(a.columns), whole_columns = (c.columns + panel_width - 1) / panel_width * panel_width;
  auto* const groups =
      scratch<typename Words::word, detail::grouped_operand>(panel_block_rows / tile_rows * panel_block_words * group_rows);
  bool const in_place = detail::lies_in_rows<Words>(a);
  bool const direct = std::is_same_v<C, float> && whole_columns == c.columns;
  float* out = sums;
  std::int64_t out_row = whole_columns;
  if constexpr (std::is_same_v<C, float>)
    if (direct) out = c.data, out_row = c.stride;
  bool const begun = how.bias || (how.accumulate && !direct);
  if (begun)
    for (std::int64_t i = 0; i < c.rows; ++i)
      for (std::int64_t j = 0; j < c.columns; ++j)
        out[i * out_row + j] = (how.accumulate ? float(c.row(i)[j]) : 0.0f) + (how.bias ? how.bias[j] : 0.0f);
  for (std::int64_t first = 0; first < words; first += panel_block_words) {
    auto const here = std::min(panel_block_words, words - first);
    detail::row_words<Words> rows{groups, 1, group_rows, panel_block_words * group_rows};
    if (auto const row = a.row_stride / per_word<Words>; in_place)
      rows = {reinterpret_cast<typename Words::word const*>(a.data) + first, row, 1, tile_rows * row};
    else
      pack_groups<Words>(groups, rows.tile, a, first, here);
    for (std::int64_t j = 0; j < whole_columns; j += panel_width)
      detail::multiply_panel<Words>(out + j, out_row, c.rows, rows, panels + j * words + first * panel_width, here,
                                    how.accumulate || begun || first > 0);
  }
  if (direct) return;
  for (std::int64_t i = 0; i < c.rows; ++i) {
    C* const to = c.row(i);
    float const* const from = sums + i * whole_columns;
#pragma omp simd
    for (std::int64_t j = 0; j < c.columns; ++j) store(to[j], from[j]);
  }
}

}  // namespace snowcoder::cpu

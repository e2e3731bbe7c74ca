// SPDX-License-Identifier: Apache-2.0
// One head's queries, keys and values as bidirectional attention multiplies them: as floats, or rounded to pairs of bfloat16.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/backend/cpu/pair_rows.hpp>
#include <snowcoder/backend/cpu/panel_packing.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu::detail {

struct rounded_operand;

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

/// Values (length, head_width) as panels; columns behind the head's width repeat the last one.
inline void pack_values(float* panels, matrix_view<float const> values) { pack_panels<float_words>(panels, operand(values)); }

/// m times `scale`, rounded to whole pairs, in the scratch that Use names.
template <class Use>
matrix_view<bfloat16 const> rounded_rows(matrix_view<float const> m, float scale = 1) {
  auto const filled = 2 * words_of<pair_words>(m.columns), apart = filled + 2 * lanes;  // a power of two apart, rows share sets
  auto* const to = scratch<bfloat16, Use>(m.rows * apart);
  for (std::int64_t i = 0; i < m.rows; ++i) round_row(to + i * apart, m.row(i), m.columns, filled, scale);
  return {to, m.rows, m.columns, apart};
}

/// Keys as panels of pairs of a key's elements, columns behind the last key repeat it; values as panels of pairs of rows.
inline void pack_keys(std::int32_t* panels, matrix_view<float const> keys, float scale) {
  pack_panels<pair_words>(panels, transposed(rounded_rows<rounded_operand>(keys, scale)));
}
inline void pack_values(std::int32_t* panels, matrix_view<float const> values) {
  pack_panels<pair_words>(panels, operand(rounded_rows<rounded_operand>(values)));
}

/// Rows as a left operand: floats where they lie, pairs rounded in the scratch that Use names.
template <class Words, class Use>
row_words<Words> left_rows(matrix_view<float const> m) {
  if constexpr (std::is_same_v<Words, float_words>) {
    return {m.data, m.stride, 1, tile_rows * m.stride};
  } else {
    auto const rounded = rounded_rows<Use>(m);
    auto const stride = rounded.stride / 2;
    return {reinterpret_cast<typename Words::word const*>(rounded.data), stride, 1, tile_rows * stride};
  }
}

}  // namespace snowcoder::cpu::detail

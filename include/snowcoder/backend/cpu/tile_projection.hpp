// SPDX-License-Identifier: Apache-2.0
// A packed weight times rows in tile registers, for projection.hpp.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/backend/cpu/matrix_tiles.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace snowcoder::cpu::detail {

struct tile_sums;

/// Words from one row to the next: an odd number of cache lines, so that the rows of a tile fall on different sets.
constexpr std::int64_t tile_stride(std::int64_t words) { return words / matrix_words % 2 == 0 ? words + matrix_words : words; }

/// Words that there must be room for, as blocks are read whole.
constexpr std::int64_t tile_room(std::int64_t rows, std::int64_t stride) { return (rows + matrix_rows - 1) * stride; }

/// Every element of y: end(row, column, sums) turns a vector of sums into what is stored. Rows of x are `stride` words apart.
template <class T, class Weight, class End>
void project_tiles([[maybe_unused]] device& d, [[maybe_unused]] matrix_view<float> y, [[maybe_unused]] std::int32_t const* x,
                   [[maybe_unused]] std::int64_t stride, [[maybe_unused]] Weight const& w, [[maybe_unused]] End const& end) {
#ifdef SNOWCODER_MATRIX_TILES
  using sums = std::conditional_t<std::is_same_v<T, std::int8_t>, int_lanes, float_lanes>;
  // Of a panel, what stays in the first cache while rows pass by; sums of a task's rows stay in the second.
  constexpr std::int64_t piece = 192, most = block_rows / matrix_rows * matrix_rows, wide = block_panels * panel_width;
  auto const share = (y.rows + d.threads() - 1) / d.threads();
  auto const high = std::min(most, (share + matrix_rows - 1) / matrix_rows * matrix_rows);
  auto const down = (y.rows + high - 1) / high, across = (w.panels() + block_panels - 1) / block_panels;
  d.for_each(down * across, [&](std::int64_t task) {
    matrix_tiles const registers;
    auto const first = task / across * high, rows = std::min(high, y.rows - first);
    auto const begin = task % across * block_panels, last = std::min(w.panels(), begin + block_panels);
    auto* const kept = scratch<float, tile_sums>(most * wide);
    for (std::int64_t k = 0; k < w.words(); k += piece) {
      auto const here = std::min(piece, w.words() - k);
      auto const multiply = k > 0 ? multiply_matrix_tiles<T, true> : multiply_matrix_tiles<T, false>;
      for (auto p = begin; p < last; ++p) {
        auto const* const panel = w.template panel<std::int32_t>(p) + k * panel_width;
        for (std::int64_t r = 0; r < rows; r += matrix_rows) {
          auto* const c = kept + r * wide + (p - begin) * panel_width;
          multiply(c, wide, x + (first + r) * stride + k, stride, panel, here);
          if (k + here < w.words()) continue;
          for (std::int64_t i = 0; i < std::min(matrix_rows, rows - r); ++i)
            for (auto j = p * panel_width; j < std::min(y.columns, (p + 1) * panel_width); j += lanes) {
              auto const sum = load_lanes<sums>(c + i * wide + (j - p * panel_width));
              store_first(y.row(first + r + i) + j, end(first + r + i, j, sum), std::min<std::int64_t>(lanes, y.columns - j));
            }
        }
      }
    }
  });
#endif
}

}  // namespace snowcoder::cpu::detail

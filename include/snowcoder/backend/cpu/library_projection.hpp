// SPDX-License-Identifier: Apache-2.0
// The product of rows as bfloat16 with a weight by oneDNN, for processors whose tiles are its to know.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/matmul.hpp>
#include <snowcoder/backend/cpu/pair_rows.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu::detail {

struct library_rows;
struct library_sums;

/// By oneDNN, in blocks of one shape, so that a row's bits do not depend on how many rows there are.
template <class Finish>
void project_by_library(device& d, matrix_view<float> y, matrix_view<float const> x, matrix_view<bfloat16 const> w,
                        Finish const& finish) {
  auto const down = (y.rows + block_rows - 1) / block_rows, columns = block_panels * panel_width,
             across = (y.columns + columns - 1) / columns;
  auto* const rows = scratch<bfloat16, library_rows>(down * block_rows * x.columns);
  round_rows(d, rows, x, x.columns);
  std::fill(rows + x.rows * x.columns, rows + down * block_rows * x.columns, bfloat16(0.0f));
  d.for_each(down * across, [&](std::int64_t task) {
    auto const first = task / across * block_rows, from = task % across * columns, count = std::min(columns, y.columns - from);
    matrix_view<float> const sums(scratch<float, library_sums>(block_rows * (columns + lanes)), block_rows, count, columns);
    tile_product(d, sums, operand(matrix_view<bfloat16 const>(rows + first * x.columns, block_rows, x.columns)),
                 transposed(w.slice(from, count)));
    for (std::int64_t i = 0; i < std::min(block_rows, y.rows - first); ++i)
      for (std::int64_t j = 0; j < count; j += lanes)
        store_first(y.row(first + i) + from + j, finish(from + j, load_lanes<float_lanes>(sums.row(i) + j)),
                    std::min<std::int64_t>(lanes, count - j));
  });
}

}  // namespace snowcoder::cpu::detail

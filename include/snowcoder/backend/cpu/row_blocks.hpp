// SPDX-License-Identifier: Apache-2.0
// Work on rows that do not see each other, a block of rows at a time: what one verb leaves is near for the next.
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {

struct row_block;

/// Rows of a block at most. For every block the weights come from memory anew, so it is large: what its rows leave between two
/// verbs, megabytes, does not stay in the second cache, and costs less than more blocks would (measured on Zen 5).
inline constexpr std::int64_t passing_rows = 16 * tile_rows;

/// Rows of a block: at most `most`, whole tiles, and as even as `threads` can share them.
inline std::int64_t even_block(std::int64_t rows, std::int64_t most, std::int64_t threads) {
  auto blocks = (rows + most - 1) / most;
  if (blocks > 1) blocks = (blocks + threads - 1) / threads * threads;
  auto const each = (rows + blocks - 1) / std::max<std::int64_t>(blocks, 1);
  return std::max<std::int64_t>((each + tile_rows - 1) / tile_rows * tile_rows, tile_rows);
}

}  // namespace detail

/// Calls work(first, room) for blocks that cover `rows` rows, on all threads; room is (the block's rows, columns), its contents
/// are whatever was left there. Verbs inside `work` run on its thread alone.
template <class T, class Work>
void for_each_row_block(device& d, std::int64_t rows, std::int64_t columns, Work const& work) {
  auto const block = detail::even_block(rows, detail::passing_rows, d.threads());
  d.for_each((rows + block - 1) / block, [&](std::int64_t i) {
    auto const first = i * block, count = std::min(block, rows - first);
    work(first, matrix_view<T>(scratch<T, detail::row_block>(block * columns), count, columns));
  });
}

}  // namespace snowcoder::cpu

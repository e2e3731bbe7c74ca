// SPDX-License-Identifier: Apache-2.0
// How many threads a kernel is started with. Pure functions of shapes, so that they are tested where there is no GPU, and
// so that nothing that is added up depends on the device at hand.
#pragma once

#include <cstdint>

namespace snowcoder::cuda {

struct launch_plan {
  std::int64_t blocks = 0;
  int threads = 0;                ///< of a block
  std::int64_t shared_bytes = 0;  ///< of a block, asked for at the launch
  friend constexpr bool operator==(launch_plan const&, launch_plan const&) = default;
};

inline constexpr int warp_width = 32;
inline constexpr int block_threads = 256;  ///< unless a kernel says otherwise
inline constexpr std::int64_t shared_without_asking = 48 << 10;
inline constexpr std::int64_t largest_shared = 99 << 10;  ///< what every device from sm_80 on grants
inline constexpr std::int64_t largest_grid = 0x7fffffff;

constexpr std::int64_t pieces_of(std::int64_t items, std::int64_t each) { return (items + each - 1) / each; }

/// Whether every device from sm_80 on can run it.
constexpr bool launchable(launch_plan p) {
  return p.blocks >= 0 && p.blocks <= largest_grid && p.threads > 0 && p.threads <= 1024 && p.threads % warp_width == 0 &&
         p.shared_bytes <= largest_shared;
}

constexpr launch_plan thread_each(std::int64_t items) { return {pieces_of(items, block_threads), block_threads}; }
/// Warps of one block work on neighbouring items.
constexpr launch_plan warp_each(std::int64_t items) { return {pieces_of(items, block_threads / warp_width), block_threads}; }
constexpr launch_plan block_each(std::int64_t items) { return {items, block_threads}; }

/// A row of `items` is cut into strips, a block each: threads of a block share their row.
constexpr launch_plan strips_of_rows(std::int64_t rows, std::int64_t items) {
  int const threads = items >= block_threads ? block_threads : int(pieces_of(items, warp_width) * warp_width);
  return {items > 0 ? rows * pieces_of(items, threads) : 0, threads > 0 ? threads : warp_width};
}

}  // namespace snowcoder::cuda

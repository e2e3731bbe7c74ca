// SPDX-License-Identifier: Apache-2.0
// Runs of units (shingles.hpp) as a thread finds them: where a tile's begin and end, and the hash of one.
#pragma once

#include <snowcoder/backend/cuda/shingles.hpp>
#include <snowcoder/core/word_hash.hpp>

#include <cuda_runtime.h>

#include <cstdint>

namespace snowcoder::cuda::detail {

/// What a tile knows of its document's runs.
struct runs_of_tile {
  std::uint32_t first, last;   ///< units that begin in the tile, of those at which a run begins
  std::uint32_t units, width;  ///< of the document; of a run
};
__device__ inline runs_of_tile runs_begun(std::uint32_t const* first_unit, text_view texts, std::uint32_t tile, int width) {
  auto const document = texts.documents[texts.tiles[tile].document];
  auto const begin = first_unit[document.first_tile], units = first_unit[document.first_tile + document.tiles] - begin;
  auto const end = begin + runs_in(units, std::uint32_t(width)), first = first_unit[tile], last = first_unit[tile + 1];
  return {first < end ? first : end, last < end ? last : end, units,
          units < std::uint32_t(width) ? units : std::uint32_t(width)};
}
__device__ inline std::uint64_t run_at(std::uint64_t const* units, std::uint32_t at, std::uint32_t width) {
  std::uint64_t rolled = 0;
  for (std::uint32_t i = 0; i < width; ++i) rolled = run_hash::join(rolled, units[at + i]);
  return run_hash::finish(rolled, width);
}

}  // namespace snowcoder::cuda::detail

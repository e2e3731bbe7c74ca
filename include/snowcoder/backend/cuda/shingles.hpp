// SPDX-License-Identifier: Apache-2.0
// Texts as units (words, characters) and runs of units, each a 64-bit hash, on the GPU. Defined in shingles.cuh.   twin:
// dedup/shingle.hpp, whose bits these are
//
// Units of a batch lie in one array, in the order of the text; first_unit[tile] says where a tile's begin, and
// first_unit[tile_count] is their number. A document of n units has n - width + 1 runs, or one of all its units when they are
// fewer; run i stands where its first unit stands.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/text_batch.hpp>
#include <snowcoder/config/near_duplicate.hpp>
#include <snowcoder/core/host_device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// Units that a batch can have at most.
constexpr std::int64_t most_units(text_view const& t, config::shingle_unit unit) {
  return unit == config::shingle_unit::words ? t.size / 2 + t.document_count : t.size;
}
/// Runs of `width` units in a document of `units`.
SNOWCODER_HD constexpr std::uint32_t runs_in(std::uint32_t units, std::uint32_t width) {
  return units >= width ? units - width + 1 : units > 0 ? 1 : 0;
}

/// first_unit (tile_count + 1)
void count_units(device& d, std::uint32_t* first_unit, text_view texts, config::shingle_unit unit);
/// units (first_unit[tile_count])
void hash_units(device& d, std::uint64_t* units, std::uint32_t const* first_unit, text_view texts, config::shingle_unit unit);
/// runs, owner (as units): owner is the run's document, ~0 where no run begins. set_begin (document_count + 1): where a
/// document's runs begin once they are sorted by owner, then by hash.
void hash_runs(device& d, std::uint64_t* runs, std::uint32_t* owner, std::uint32_t* set_begin, std::uint64_t const* units,
               std::uint32_t const* first_unit, text_view texts, int width);

}  // namespace snowcoder::cuda

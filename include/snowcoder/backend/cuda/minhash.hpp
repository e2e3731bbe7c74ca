// SPDX-License-Identifier: Apache-2.0
// MinHash signatures of a batch of texts and their band keys on the GPU. Defined in minhash.cuh.   twin: dedup/minhash.hpp,
// whose bits these are
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/text_batch.hpp>
#include <snowcoder/config/near_duplicate.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// The permutations x -> a x + b (mod 2^32), in device memory; bands x rows of each.
struct permutations_view {
  std::uint32_t const *a, *b;
};

/// keys (document_count, bands), units (document_count). Requires bands x rows <= most_permutations.
void sign_texts(device& d, std::uint64_t* keys, std::uint32_t* units, text_view texts, config::near_duplicate const& settings,
                permutations_view permutations);

inline constexpr int most_permutations = 8192;  ///< a signature lies in the memory of a block

/// Threads of one permutation, which share a tile's runs.
constexpr int threads_of_permutation(int permutations, int threads) {
  return permutations < threads ? threads / permutations : 1;
}

}  // namespace snowcoder::cuda

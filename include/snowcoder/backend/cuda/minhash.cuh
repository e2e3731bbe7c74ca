// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of minhash.hpp. Minima of a tile first, then those of its document: no order of work shows in a
// minimum, and a long document occupies as many blocks as it has tiles.
#pragma once

#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/minhash.hpp>
#include <snowcoder/backend/cuda/run_at.cuh>
#include <snowcoder/backend/cuda/shingles.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/hash.hpp>

namespace snowcoder::cuda {

namespace detail {

/// smallest (tiles, count): per permutation over the runs that begin in a tile, ~0 without any. One block per tile, a thread
/// per run to hash it, then `sharing` threads per permutation, each over its part of the runs.
__global__ void minima_of_tile(std::uint32_t* smallest, std::uint64_t const* units, std::uint32_t const* first_unit,
                               text_view texts, int width, int count, int sharing, permutations_view permutations) {
  auto* const values = reinterpret_cast<std::uint32_t*>(shared_floats());  // (blockDim.x)
  auto* const minima = values + blockDim.x;                                // (sharing, count), a thread's own until the end
  auto const mine = runs_begun(first_unit, texts, blockIdx.x, width);
  int const part = int(threadIdx.x) / count;  // 0 where there are more permutations than threads
  for (int i = int(threadIdx.x); i < sharing * count; i += int(blockDim.x)) minima[i] = ~std::uint32_t(0);
  for (auto first = mine.first; first < mine.last; first += blockDim.x) {
    auto const held = mine.last - first < blockDim.x ? mine.last - first : blockDim.x;
    __syncthreads();
    if (threadIdx.x < held) values[threadIdx.x] = std::uint32_t(run_at(units, first + threadIdx.x, mine.width) >> 32);
    __syncthreads();
    for (int i = int(threadIdx.x); i < sharing * count; i += int(blockDim.x)) {
      auto const a = permutations.a[i % count], b = permutations.b[i % count];
      auto least = minima[i];
      for (auto v = std::uint32_t(part); v < held; v += std::uint32_t(sharing)) {
        auto const x = a * values[v] + b;
        least = x < least ? x : least;
      }
      minima[i] = least;
    }
  }
  __syncthreads();
  for (int p = int(threadIdx.x); p < count; p += int(blockDim.x)) {
    auto least = minima[p];
    for (int other = 1; other < sharing; ++other) {
      auto const x = minima[other * count + p];
      least = x < least ? x : least;
    }
    smallest[std::int64_t(blockIdx.x) * count + p] = least;
  }
}

/// keys (documents, bands), units (documents). One block per document, a thread per permutation, then one per band.
__global__ void keys_of_document(std::uint64_t* keys, std::uint32_t* units, std::uint32_t const* smallest,
                                 std::uint32_t const* first_unit, text_view texts, int bands, int rows) {
  auto* const signature = reinterpret_cast<std::uint32_t*>(shared_floats());  // (bands x rows)
  auto const document = texts.documents[blockIdx.x];
  int const count = bands * rows;
  for (int p = int(threadIdx.x); p < count; p += int(blockDim.x)) {
    auto least = ~std::uint32_t(0);
    for (auto tile = document.first_tile; tile < document.first_tile + document.tiles; ++tile) {
      auto const x = smallest[std::int64_t(tile) * count + p];
      least = x < least ? x : least;
    }
    signature[p] = least;
  }
  __syncthreads();
  for (int band = int(threadIdx.x); band < bands; band += int(blockDim.x))
    keys[std::int64_t(blockIdx.x) * bands + band] = hash_bytes(reinterpret_cast<char const*>(signature + band * rows),
                                                               std::size_t(rows) * sizeof(std::uint32_t), std::uint64_t(band))
                                                        .high;
  if (threadIdx.x == 0) units[blockIdx.x] = first_unit[document.first_tile + document.tiles] - first_unit[document.first_tile];
}

}  // namespace detail

void sign_texts(device& d, std::uint64_t* keys, std::uint32_t* units, text_view texts, config::near_duplicate const& settings,
                permutations_view permutations) {
  int const count = settings.permutations();
  require(count <= most_permutations, "sign_texts: a signature that fits the memory of a block");
  auto* const first_unit = d.scratch<std::uint32_t>(0, texts.tile_count + 1);
  auto* const hashes = d.scratch<std::uint64_t>(1, most_units(texts, settings.unit));
  auto* const smallest = d.scratch<std::uint32_t>(2, texts.tile_count * count);
  count_units(d, first_unit, texts, settings.unit);
  hash_units(d, hashes, first_unit, texts, settings.unit);
  auto plan = block_each(texts.tile_count);
  int const sharing = threads_of_permutation(count, plan.threads);
  plan.shared_bytes = (plan.threads + sharing * count) * std::int64_t(sizeof(std::uint32_t));
  launch(d, "sign_texts", plan, detail::minima_of_tile, smallest, hashes, first_unit, texts, settings.shingle, count, sharing,
         permutations);
  plan = block_each(texts.document_count);
  plan.shared_bytes = count * std::int64_t(sizeof(std::uint32_t));
  launch(d, "sign_texts", plan, detail::keys_of_document, keys, units, smallest, first_unit, texts, settings.bands,
         settings.rows);
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of shingles.hpp.
#pragma once

#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/order.hpp>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/backend/cuda/run_at.cuh>
#include <snowcoder/backend/cuda/shingles.hpp>
#include <snowcoder/core/word_hash.hpp>
#include <snowcoder/core/words.hpp>

namespace snowcoder::cuda {

namespace detail {

static_assert(tile_bytes == block_threads * text_alignment);

/// Bit i: a unit begins at byte `first` + i of the text, for the 16 bytes of a thread that lie in the tile.
__device__ inline unsigned unit_starts(char const* bytes, text_tile tile, std::uint32_t document_begin,
                                       config::shingle_unit unit) {
  auto const first = tile.begin + threadIdx.x * text_alignment;
  unsigned mask = 0;
  for (std::uint32_t i = 0; i < text_alignment && first + i < tile.end; ++i) {
    auto const at = first + i;
    bool const begins = unit == config::shingle_unit::words
                            ? is_word_byte(bytes[at]) && (at == document_begin || !is_word_byte(bytes[at - 1]))
                            : at == document_begin || !continues_character(bytes[at]);
    mask |= unsigned(begins) << i;
  }
  return mask;
}

/// The sum over the threads of the block before this one; all take part.
__device__ inline unsigned sum_before(unsigned value) {
  __shared__ unsigned sums[2][block_threads];
  unsigned from = 0;
  __syncthreads();  // a call before this one may still be reading
  sums[0][threadIdx.x] = value;
  for (unsigned distance = 1; distance < block_threads; distance *= 2) {
    __syncthreads();
    auto const below = threadIdx.x >= distance ? sums[from][threadIdx.x - distance] : 0;
    sums[1 - from][threadIdx.x] = sums[from][threadIdx.x] + below;
    from = 1 - from;
  }
  return sums[from][threadIdx.x] - value;
}

/// The low `count` bytes of a word, all of them from 8 on.
__device__ inline std::uint64_t low_bytes(std::uint32_t count) {
  return count >= 8 ? ~std::uint64_t(0) : (std::uint64_t(1) << (8 * count)) - 1;
}
/// hash_word of the word that begins at `at`; `end`: of the document, behind which 16 bytes may be read.
__device__ inline std::uint64_t hash_word_at(char const* bytes, std::uint32_t at, std::uint32_t end) {
  auto last = at + 1;
  while (last < end && is_word_byte(bytes[last])) ++last;
  std::uint64_t h = 0;
  for (; last - at > 16; at += 16)
    h = word_hash::join(h, snowcoder::detail::load64(bytes + at), snowcoder::detail::load64(bytes + at + 8));
  auto const size = last - at;
  return word_hash::finish(h, snowcoder::detail::load64(bytes + at), snowcoder::detail::load64(bytes + at + 8), low_bytes(size),
                           size > 8 ? low_bytes(size - 8) : 0);
}
__device__ inline std::uint64_t hash_character_at(char const* bytes, std::uint32_t at, std::uint32_t end) {
  std::uint64_t character = static_cast<unsigned char>(bytes[at]);
  while (++at < end && continues_character(bytes[at])) character = character << 8 | static_cast<unsigned char>(bytes[at]);
  return hash_character(character);
}

/// counts (tiles): units that begin in a tile. One block per tile.
__global__ void count_units_of_tile(std::uint32_t* counts, text_view texts, config::shingle_unit unit) {
  auto const tile = texts.tiles[blockIdx.x];
  auto const starts = unit_starts(texts.bytes, tile, texts.documents[tile.document].begin, unit);
  auto const count = sum_of_block(unsigned(__popc(starts)));
  if (threadIdx.x == 0) counts[blockIdx.x] = count;
}
/// units: hashes, in the order of the text. One block per tile.
__global__ void hash_units_of_tile(std::uint64_t* units, std::uint32_t const* first_unit, text_view texts,
                                   config::shingle_unit unit) {
  auto const tile = texts.tiles[blockIdx.x];
  auto const document = texts.documents[tile.document];
  auto starts = unit_starts(texts.bytes, tile, document.begin, unit);
  auto to = first_unit[blockIdx.x] + sum_before(unsigned(__popc(starts)));
  for (; starts; starts &= starts - 1) {
    auto const at = tile.begin + threadIdx.x * text_alignment + std::uint32_t(__ffs(int(starts)) - 1);
    units[to++] = unit == config::shingle_unit::words ? hash_word_at(texts.bytes, at, document.end)
                                                      : hash_character_at(texts.bytes, at, document.end);
  }
}

/// runs, owner. One block per tile.
__global__ void hash_runs_of_tile(std::uint64_t* runs, std::uint32_t* owner, std::uint64_t const* units,
                                  std::uint32_t const* first_unit, text_view texts, int width) {
  auto const mine = runs_begun(first_unit, texts, blockIdx.x, width);
  for (auto at = first_unit[blockIdx.x] + threadIdx.x; at < first_unit[blockIdx.x + 1]; at += blockDim.x) {
    bool const begins = at >= mine.first && at < mine.last;
    runs[at] = begins ? run_at(units, at, mine.width) : ~std::uint64_t(0);
    owner[at] = begins ? texts.tiles[blockIdx.x].document : ~std::uint32_t(0);
  }
}
/// set_begin: runs of a document, 0 behind the last. One thread per document, and one more.
__global__ void count_runs(std::uint32_t* set_begin, std::uint32_t const* first_unit, text_view texts, int width) {
  auto const i = thread_of_grid();
  if (i > texts.document_count) return;
  std::uint32_t count = 0;
  if (i < texts.document_count) {
    auto const document = texts.documents[i];
    count = runs_in(first_unit[document.first_tile + document.tiles] - first_unit[document.first_tile], std::uint32_t(width));
  }
  set_begin[i] = count;
}

}  // namespace detail

void count_units(device& d, std::uint32_t* first_unit, text_view texts, config::shingle_unit unit) {
  must(cudaMemsetAsync(first_unit + texts.tile_count, 0, sizeof *first_unit, d.queue()), "count_units");
  launch(d, "count_units", block_each(texts.tile_count), detail::count_units_of_tile, first_unit, texts, unit);
  exclusive_sum(d, first_unit, texts.tile_count + 1);
}
void hash_units(device& d, std::uint64_t* units, std::uint32_t const* first_unit, text_view texts, config::shingle_unit unit) {
  launch(d, "hash_units", block_each(texts.tile_count), detail::hash_units_of_tile, units, first_unit, texts, unit);
}
void hash_runs(device& d, std::uint64_t* runs, std::uint32_t* owner, std::uint32_t* set_begin, std::uint64_t const* units,
               std::uint32_t const* first_unit, text_view texts, int width) {
  launch(d, "hash_runs", block_each(texts.tile_count), detail::hash_runs_of_tile, runs, owner, units, first_unit, texts, width);
  launch(d, "hash_runs", thread_each(texts.document_count + 1), detail::count_runs, set_begin, first_unit, texts, width);
  exclusive_sum(d, set_begin, texts.document_count + 1);
}

}  // namespace snowcoder::cuda

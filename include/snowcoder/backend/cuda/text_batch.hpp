// SPDX-License-Identifier: Apache-2.0
// Documents as kernels read them: their bytes one behind the other, cut into tiles, a block of threads each. A tile is of one
// document; a document has one tile at least.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/pinned.hpp>
#include <snowcoder/core/contract.hpp>

#include <algorithm>
#include <cstdint>
#include <span>

namespace snowcoder::cuda {

inline constexpr std::uint32_t text_alignment = 16;  ///< of a document's first byte; so many bytes may be read behind its last
inline constexpr std::uint32_t tile_bytes = 4096;    ///< text_alignment for each of the block's threads
inline constexpr std::int64_t largest_batch = std::int64_t(1) << 31;

struct text_document {
  std::uint32_t begin, end, first_tile, tiles;
};
struct text_tile {
  std::uint32_t begin, end, document;
};

/// In device memory.
struct text_view {
  char const* bytes;
  text_document const* documents;
  text_tile const* tiles;
  std::int64_t size, document_count, tile_count;
};

/// One batch in pinned memory and its copy on the device. Use: lay_out, fill every place (from any thread), upload; lay_out
/// again when the work that was queued on the view is done.
class text_batch {
 public:
  /// Bytes that documents of these sizes take.
  static std::int64_t padded(std::int64_t size) { return (size + text_alignment - 1) / text_alignment * text_alignment; }

  /// Requires less than largest_batch bytes, padded, in all.
  void lay_out(std::span<std::int64_t const> sizes) {
    std::int64_t bytes = 0, tiles = 0;
    for (auto const s : sizes) {
      bytes += padded(s);
      tiles += tiles_of(s);
    }
    require(bytes + text_alignment <= largest_batch, "text_batch: a batch of less than 2 GiB");
    bytes_.resize(bytes + text_alignment);
    documents_.resize(std::int64_t(sizes.size()));
    tiles_.resize(tiles);
    std::uint32_t at = 0, tile = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      auto const end = at + std::uint32_t(sizes[i]), count = std::uint32_t(tiles_of(sizes[i]));
      documents_[std::int64_t(i)] = {at, end, tile, count};
      for (std::uint32_t t = 0; t < count; ++t)
        tiles_[tile + t] = {at + t * tile_bytes, std::min(end, at + (t + 1) * tile_bytes), std::uint32_t(i)};
      tile += count;
      at += std::uint32_t(padded(sizes[i]));
    }
  }
  char* place(std::int64_t document) { return bytes_.data() + documents_[document].begin; }
  std::int64_t documents() const { return documents_.size(); }

  /// Queued; the view is valid for work that is queued behind.
  text_view upload(device& d) {
    auto const copy = [&](auto& to, auto const& from) {
      using element = std::remove_cvref_t<decltype(from[0])>;
      if (to.size() < from.size()) to = {}, to = buffer<element>::raw(from.size());
      if (from.size() == 0) return;
      must(cudaMemcpyAsync(to.data(), from.data(), std::size_t(from.size()) * sizeof(element), cudaMemcpyHostToDevice,
                           d.queue()),
           "copy of texts to the device");
    };
    copy(device_bytes_, bytes_);
    copy(device_documents_, documents_);
    copy(device_tiles_, tiles_);
    return {device_bytes_.data(), device_documents_.data(), device_tiles_.data(),
            bytes_.size(),        documents_.size(),        tiles_.size()};
  }

 private:
  static std::int64_t tiles_of(std::int64_t size) { return std::max<std::int64_t>((size + tile_bytes - 1) / tile_bytes, 1); }

  pinned<char> bytes_;
  pinned<text_document> documents_;
  pinned<text_tile> tiles_;
  buffer<char> device_bytes_;
  buffer<text_document> device_documents_;
  buffer<text_tile> device_tiles_;
};

}  // namespace snowcoder::cuda

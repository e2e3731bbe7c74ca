// SPDX-License-Identifier: Apache-2.0
// Band keys of many documents on disk, dealt by their upper bits into partitions that fit in memory one a thread: equal keys
// meet in one partition, which is read as a whole, so the disk is never asked for a single key. One file: partitions are
// chains of chunks, written in the order in which they fill up, and their table stands at the end, so that a later run can
// read them.
#pragma once

#include <snowcoder/core/release.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class band_partitions {
 public:
  /// For `entries` keys at most, read by `threads` threads at a time within `memory` bytes.
  static expected<band_partitions> open(std::filesystem::path const& path, std::uint64_t entries, std::int64_t memory,
                                        int threads) {
    SNOWCODER_TRY(auto file, io::atomic_file::open(path));
    auto const wanted = std::max<std::uint64_t>(needed(entries, memory, threads), std::uint64_t(threads) * 8);
    return band_partitions(path, allowed(wanted, memory), std::move(file));
  }
  /// What finish() made of `path`.
  static expected<band_partitions> reopen(std::filesystem::path const& path) {
    SNOWCODER_TRY(auto map, io::mapped_file::open(path));
    auto left = map.bytes();
    auto const number = [&] {
      std::uint64_t n = 0;
      std::memcpy(&n, left.data(), sizeof n);
      left.remove_prefix(sizeof n);
      return n;
    };
    left.remove_prefix(left.size() - 2 * sizeof(std::uint64_t));
    auto const table = number(), count = number();
    left = map.bytes().substr(table);
    band_partitions bands(path, count, {});
    for (auto& p : bands.partitions_)
      for (auto chunks = number(); chunks > 0; --chunks) {
        auto const offset = number();
        p.chunks.push_back({offset, std::uint32_t(number())});
      }
    bands.map_ = std::move(map);
    return bands;
  }
  /// Whether `threads` threads can read them within `memory` bytes, as far as partitions can be made that small.
  bool fit(std::uint64_t entries, std::int64_t memory, int threads) const {
    return count() >= allowed(needed(entries, memory, threads), memory);
  }

  expected<void> add(std::uint64_t key, std::uint32_t item) {
    auto& p = partitions_[partition_of(key)];
    if (p.open.empty()) p.open.reserve(chunk_entries);
    p.open.push_back(dedup::band_entry::of(key, item));
    return p.open.size() < chunk_entries ? expected<void>{} : write(p);
  }
  /// After the last add.
  expected<void> finish() {
    for (auto& p : partitions_) {
      if (!p.open.empty()) SNOWCODER_CHECK(write(p));
      release(p.open);
    }
    std::string table;
    auto const put = [&](std::uint64_t n) { table.append(reinterpret_cast<char const*>(&n), sizeof n); };
    for (auto const& p : partitions_) {
      put(p.chunks.size());
      for (auto const& c : p.chunks) {
        put(c.offset);
        put(c.entries);
      }
    }
    put(written_);
    put(partitions_.size());
    SNOWCODER_CHECK(file_->write(table));
    SNOWCODER_CHECK(file_->commit());
    SNOWCODER_TRY(map_, io::mapped_file::open(path_));
    return {};
  }

  std::size_t count() const { return partitions_.size(); }
  /// The entries of a partition; from any thread.
  std::vector<dedup::band_entry> read(std::size_t partition) const {
    auto const& p = partitions_[partition];
    std::size_t entries = 0;
    for (auto const& c : p.chunks) entries += c.entries;
    std::vector<dedup::band_entry> all(entries);
    std::size_t at = 0;
    for (auto const& c : p.chunks) {
      std::memcpy(all.data() + at, map_.bytes().data() + c.offset, c.entries * sizeof(dedup::band_entry));
      at += c.entries;
    }
    return all;
  }

 private:
  static constexpr std::size_t chunk_bytes = std::size_t(24) << 10, chunk_entries = chunk_bytes / sizeof(dedup::band_entry);
  struct chunk {
    std::uint64_t offset = 0;
    std::uint32_t entries = 0;
  };
  struct partition {
    std::vector<dedup::band_entry> open;
    std::vector<chunk> chunks;
  };

  /// How many partitions keep one a thread within the memory.
  static std::uint64_t needed(std::uint64_t entries, std::int64_t memory, int threads) {
    auto const room = std::uint64_t(std::max<std::int64_t>(memory, 1 << 16)) / std::uint64_t(std::max(threads, 1));
    return entries * sizeof(dedup::band_entry) / room + 1;  // keys are spread evenly
  }
  /// `wanted` partitions or near it: a power of two, and an open chunk of each fits in the memory.
  static std::uint64_t allowed(std::uint64_t wanted, std::int64_t memory) {
    auto const most = std::uint64_t(std::max<std::int64_t>(memory / std::int64_t(chunk_bytes), 1));
    return std::bit_floor(std::min(std::bit_ceil(std::clamp<std::uint64_t>(wanted, 1, 1 << 16)), most));
  }

  band_partitions(std::filesystem::path path, std::uint64_t count, std::optional<io::atomic_file> file)
      : path_(std::move(path)), shift_(64 - std::countr_zero(count)), partitions_(count), file_(std::move(file)) {}
  std::size_t partition_of(std::uint64_t key) const { return shift_ == 64 ? 0 : std::size_t(key >> shift_); }
  expected<void> write(partition& p) {
    std::string_view const bytes(reinterpret_cast<char const*>(p.open.data()), p.open.size() * sizeof(dedup::band_entry));
    SNOWCODER_CHECK(file_->write(bytes));
    p.chunks.push_back({written_, std::uint32_t(p.open.size())});
    written_ += bytes.size();
    p.open.clear();
    return {};
  }

  std::filesystem::path path_;
  int shift_;
  std::vector<partition> partitions_;
  std::optional<io::atomic_file> file_;  // until finish()
  std::uint64_t written_ = 0;
  io::mapped_file map_;
};

}  // namespace snowcoder::pipeline

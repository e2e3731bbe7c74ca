// SPDX-License-Identifier: Apache-2.0
// Which two ids merge, at what rank, into what: eight bytes a merge, because every byte of a word that no cache knows asks
// here. The pairs of single bytes, with which every word begins, have a table of their own.
#pragma once

#include <snowcoder/record/token_id.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace snowcoder::tokenize {

/// Built once, then read by any number of threads. Ids and ranks stay below `limit`.
class merge_table {
 public:
  static constexpr std::int64_t limit = (std::int64_t(1) << 21) - 1;
  static constexpr std::uint32_t none = ~std::uint32_t(0);

  /// `byte_ids`: the id of each byte. `merges` is how many will be put.
  explicit merge_table(std::array<token_id, 256> const& byte_ids = {}, std::size_t merges = 0)
      : byte_ids_(byte_ids), merged_(merges, -1), byte_ranks_(65536, none) {
    int bits = 4;
    while ((std::size_t(1) << bits) < 2 * merges) ++bits;
    slots_.assign(std::size_t(1) << bits, empty);
    shift_ = 64 - bits;
    mask_ = slots_.size() - 1;
  }

  /// Of two merges of one pair the later counts, as in Hugging Face's table.
  void put(token_id left, token_id right, std::size_t rank, token_id merged) {
    auto const pair = pair_of(left, right);
    auto i = place(pair);
    while (slots_[i] != empty && slots_[i] >> 21 != pair) i = (i + 1) & mask_;
    slots_[i] = pair << 21 | rank;
    merged_[rank] = merged;
  }
  /// Call after the last put().
  void finish() {
    for (std::size_t b = 0; b < byte_ranks_.size(); ++b) byte_ranks_[b] = rank(byte_ids_[b >> 8], byte_ids_[b & 255]);
  }

  /// The rank at which two ids merge; none if they do not.
  std::uint32_t rank(token_id left, token_id right) const {
    auto const pair = pair_of(left, right);
    for (auto i = place(pair);; i = (i + 1) & mask_) {
      auto const slot = slots_[i];
      if (slot >> 21 == pair) return std::uint32_t(slot & limit);
      if (slot == empty) return none;
    }
  }
  std::uint32_t byte_rank(unsigned char left, unsigned char right) const { return byte_ranks_[std::size_t(left) << 8 | right]; }
  token_id merged(std::uint32_t rank) const { return merged_[rank]; }
  token_id byte_id(unsigned char byte) const { return byte_ids_[byte]; }

 private:
  static constexpr std::uint64_t empty = ~std::uint64_t(0);

  static std::uint64_t pair_of(token_id left, token_id right) {
    return std::uint64_t(std::uint32_t(left)) << 21 | std::uint32_t(right);
  }
  std::size_t place(std::uint64_t pair) const { return std::size_t((pair * 0x9e3779b97f4a7c15ULL) >> shift_); }

  std::array<token_id, 256> byte_ids_;
  std::vector<std::uint64_t> slots_;  // left, right, rank: 21 bits each
  std::vector<token_id> merged_;      // by rank
  std::vector<std::uint32_t> byte_ranks_;
  std::size_t mask_ = 0;
  int shift_ = 60;
};

}  // namespace snowcoder::tokenize

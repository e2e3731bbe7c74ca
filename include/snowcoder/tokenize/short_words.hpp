// SPDX-License-Identifier: Apache-2.0
// Words of up to 15 bytes and their ids. A word is one 128-bit number; it, its length and its ids (up to eight, or four where
// ids take four bytes) fill half a cache line. The other half is the second place that the word may have; where both are taken,
// the line beside it has two more.
#pragma once

#include <snowcoder/record/token_id.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace snowcoder::tokenize {

static_assert(std::endian::native == std::endian::little, "a short word's last byte holds its length");

/// A word of 1 to 15 bytes, its length in the sixteenth.
struct short_key {
  static constexpr std::size_t longest = 15;
  std::uint64_t low, high;

  /// `text_end`: where the text that holds the word ends; nothing is read beyond it.
  [[gnu::always_inline]] static inline short_key of(std::string_view word, char const* text_end) {
    short_key k{0, 0};
    auto const n = word.size();
    if (text_end - word.data() >= 16) [[likely]] {
      std::memcpy(&k, word.data(), 16);
      k.low &= masks[n].low;
      k.high = (k.high & masks[n].high) | masks[n].length;
    } else {
      std::memcpy(&k, word.data(), n);
      k.high |= masks[n].length;
    }
    return k;
  }
  std::uint64_t hash() const { return ((low + high * 0x9e3779b97f4a7c15ULL) * 0xd6e8feb86659fd93ULL) >> 32; }
  friend bool operator==(short_key const&, short_key const&) = default;

 private:
  struct alignas(32) mask {
    std::uint64_t low, high, length;
  };
  static constexpr std::array<mask, 16> masks = [] {
    std::array<mask, 16> all{};
    for (unsigned n = 0; n < 16; ++n) {
      all[n].low = n >= 8 ? ~0ULL : (1ULL << 8 * n) - 1;
      all[n].length = std::uint64_t(n) << 56;
      all[n].high = n <= 8 ? 0 : (1ULL << 8 * (n - 8)) - 1;
    }
    return all;
  }();
};

/// Words of up to 15 bytes. A view: copied into a loop, its members stay in registers; and inlined whatever the compiler makes
/// of a program with many splitters, because a call costs half the speed.
struct short_words {
  static constexpr std::size_t most_ids = 8;

  struct slot {
    short_key key;           // the number of ids in the four highest bits, which a key leaves free
    std::uint16_t value[8];  // eight ids of two bytes, or four of four

    [[gnu::always_inline]] inline bool is(short_key const& k) const {
      return key.low == k.low && (key.high & ~(15ULL << 60)) == k.high;
    }
    [[gnu::always_inline]] inline std::size_t copy(token_id* out, bool narrow) const {
      std::uint16_t half[8];
      std::memcpy(half, value, sizeof half);
      if (narrow) {
        token_id row[8];
        for (int i = 0; i < 8; ++i) row[i] = half[i];
        std::memcpy(out, row, sizeof row);
      } else {
        std::memcpy(out, half, sizeof half);
      }
      return key.high >> 60;
    }
    void set(short_key const& k, token_id const* ids, std::size_t count, bool narrow) {
      key = k;
      key.high |= std::uint64_t(count) << 60;
      if (narrow)
        for (std::size_t i = 0; i < count; ++i) value[i] = std::uint16_t(ids[i]);
      else
        std::memcpy(value, ids, count * sizeof *ids);
    }
  };
  struct alignas(64) pair {
    slot at[2];
  };
  static_assert(sizeof(pair) == 64);

  pair* pairs = nullptr;
  std::size_t count = 0;  ///< even
  bool narrow = false;    ///< ids take two bytes each

  /// Brings the place of a short word near.
  [[gnu::always_inline]] inline void prefetch(std::uint64_t hash) const { __builtin_prefetch(&pairs[hash * count >> 32]); }

  /// Writes most_ids ids to `out`, of which the returned number are the word's; 0 if the word is not known.
  [[gnu::always_inline]] inline std::size_t find(short_key const& key, std::uint64_t hash, token_id* out) const {
    auto const line = hash * count >> 32;
    auto const& first = pairs[line].at[0];
    if (first.is(key)) [[likely]]
      return first.copy(out, narrow);
    return find_further(key, line, out);
  }
  void keep(short_key const& key, std::uint64_t hash, token_id const* ids, std::size_t many) const {
    if (many > (narrow ? most_ids : most_ids / 2)) return;
    auto const line = hash * count >> 32;
    auto *own = pairs[line].at, *beside = pairs[line ^ 1].at;
    auto* place = &own[1];  // a word seen once must not push out one seen twice, or a neighbour's
    for (auto* s : {&own[0], &own[1], &beside[0], &beside[1]})
      if (s->key.high == 0) {
        place = s;
        break;
      }
    place->set(key, ids, many, narrow);
  }

 private:
  /// A word that is met again moves one place forward.
  [[gnu::noinline]] std::size_t find_further(short_key const& key, std::size_t line, token_id* out) const {
    auto *own = pairs[line].at, *beside = pairs[line ^ 1].at;
    slot* ahead = &own[0];
    for (auto* s : {&own[1], &beside[0], &beside[1]}) {
      if (s->is(key)) {
        std::swap(*s, *ahead);
        return ahead->copy(out, narrow);
      }
      ahead = &own[1];
    }
    return 0;
  }
};

}  // namespace snowcoder::tokenize

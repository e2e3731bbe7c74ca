// SPDX-License-Identifier: Apache-2.0
// Remembers the ids of words: code repeats itself, and most pieces are short. Of fixed size, without effect on results.
//
// A word of up to 15 bytes is one 128-bit number, and it, its length and its ids (up to eight, or four where ids take four
// bytes) fill half a cache line; the other half is the second place that the word may have. Words of 16 to 62 bytes
// (indentation, long names) have a table of wider slots. What is longer, or has more ids, is merged every time.
#pragma once

#include <snowcoder/record/token_run.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

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
  std::size_t count = 0;
  bool narrow = false;  ///< ids take two bytes each

  /// Brings the place of a short word near.
  [[gnu::always_inline]] inline void prefetch(std::uint64_t hash) const { __builtin_prefetch(&pairs[hash * count >> 32]); }

  /// Writes most_ids ids to `out`, of which the returned number are the word's; 0 if the word is not known.
  [[gnu::always_inline]] inline std::size_t find(short_key const& key, std::uint64_t hash, token_id* out) const {
    auto& p = pairs[hash * count >> 32].at;
    if (p[0].is(key)) [[likely]]
      return p[0].copy(out, narrow);
    if (!p[1].is(key)) return 0;
    std::swap(p[0], p[1]);  // a word seen once must not push out one seen twice
    return p[0].copy(out, narrow);
  }
  void keep(short_key const& key, std::uint64_t hash, token_id const* ids, std::size_t many) const {
    if (many > (narrow ? most_ids : most_ids / 2)) return;
    auto& p = pairs[hash * count >> 32].at;
    p[p[0].key.high == 0 ? 0 : 1].set(key, ids, many, narrow);
  }
};

class word_cache {
 public:
  static constexpr std::size_t longest = 62, most_ids = 16;

  short_words shorts;

  /// Takes about `bytes`, at least 16 KiB. Ids below 65,536 are kept in two bytes each if `narrow`.
  explicit word_cache(std::size_t bytes, bool narrow) {
    bytes = std::max<std::size_t>(bytes, 16384);
    wide_slots_ = bytes / 8 * 3 / sizeof(wide_slot) & ~std::size_t(1);
    using pair = short_words::pair;
    auto const pairs = std::min<std::size_t>((bytes - wide_slots_ * sizeof(wide_slot)) / sizeof(pair), ~std::uint32_t(0));
    memory_ = take(pairs * sizeof(pair) + wide_slots_ * sizeof(wide_slot));
    shorts = {reinterpret_cast<pair*>(memory_.get()), pairs, narrow};
    wide_ = reinterpret_cast<wide_slot*>(memory_.get() + pairs * sizeof(pair));
  }

  /// Words of 16 to 62 bytes by their hash_of(), as short_words has it; `out` has room for most_ids.
  void prefetch_wide(std::uint64_t hash) const {
    auto const* at = &wide_[place(hash, wide_slots_)];
    __builtin_prefetch(at);
    __builtin_prefetch(reinterpret_cast<char const*>(at) + 64);
  }
  std::size_t find_wide(std::string_view word, std::uint64_t hash, token_id* out) const {
    auto const first = place(hash, wide_slots_);
    for (auto i : {first, first ^ 1}) {
      auto const& s = wide_[i];
      if (s.length != word.size() || !same(s.text, word.data(), word.size())) continue;
      std::memcpy(out, s.ids, sizeof s.ids);
      return s.count;
    }
    return 0;
  }
  void keep_wide(std::string_view word, std::uint64_t hash, token_id const* ids, std::size_t count) {
    if (count > most_ids) return;
    auto const first = place(hash, wide_slots_);
    auto& s = wide_[wide_[first].length == 0 ? first : first ^ 1];
    s.length = static_cast<unsigned char>(word.size());
    s.count = static_cast<unsigned char>(count);
    std::memcpy(s.text, word.data(), word.size());
    std::copy_n(ids, count, s.ids);
  }
  static std::uint64_t hash_of(std::string_view word) {  // 16 bytes or more: the last eight may overlap those before
    std::uint64_t h = word.size(), part;
    auto const mix = [&](char const* at) {
      std::memcpy(&part, at, 8);
      h = std::rotl((h ^ part) * 0x9e3779b97f4a7c15ULL, 29);
    };
    for (std::size_t i = 0; i + 8 < word.size(); i += 8) mix(word.data() + i);
    mix(word.data() + word.size() - 8);
    return h * 0xd6e8feb86659fd93ULL >> 32;
  }

 private:
  struct alignas(64) wide_slot {
    unsigned char length, count;
    char text[longest];
    token_id ids[most_ids];
  };
  static_assert(sizeof(wide_slot) == 128);

  static bool same(char const* a, char const* b, std::size_t n) {  // n >= 16; the last sixteen may overlap those before
    auto const differ = [&](std::size_t at) {
      std::uint64_t x[2], y[2];
      std::memcpy(x, a + at, 16);
      std::memcpy(y, b + at, 16);
      return (x[0] ^ y[0]) | (x[1] ^ y[1]);
    };
    auto found = differ(n - 16);
    for (std::size_t i = 0; i + 16 < n; i += 16) found |= differ(i);
    return found == 0;
  }

  static std::size_t place(std::uint64_t hash, std::size_t places) { return std::size_t(hash * places >> 32); }
  struct give_back {
    void operator()(char* p) const { std::free(p); }
  };
  /// Zeros, in large pages where the system has them: places are visited at random.
  static std::unique_ptr<char, give_back> take(std::size_t bytes) {
    constexpr std::size_t large = std::size_t(2) << 20;
    auto const alignment = bytes >= large ? large : 64;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    std::unique_ptr<char, give_back> memory(static_cast<char*>(std::aligned_alloc(alignment, bytes)));
    if (!memory) throw std::bad_alloc();
#if defined(__linux__)
    if (bytes >= large) ::madvise(memory.get(), bytes, MADV_HUGEPAGE);
#endif
    std::memset(memory.get(), 0, bytes);
    return memory;
  }

  std::unique_ptr<char, give_back> memory_;
  wide_slot* wide_ = nullptr;
  std::size_t wide_slots_ = 0;
};

}  // namespace snowcoder::tokenize

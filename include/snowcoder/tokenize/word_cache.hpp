// SPDX-License-Identifier: Apache-2.0
// Remembers the ids of words: code repeats itself, and most pieces are short. Of fixed size, without effect on results.
//
// Words of up to 15 bytes have half a cache line each (short_words.hpp), words of 16 to 30 (names, indentation) a whole one,
// words of 31 to 62 two. What is longer, or has more ids than its slot holds, is merged every time.
#pragma once

#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/short_words.hpp>

#include <algorithm>
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

/// Words of 16 bytes or more in slots of `Bytes`, four of which a word may have: text in one half, ids in the other.
template <std::size_t Bytes>
struct long_words {
  static constexpr std::size_t longest = Bytes / 2 - 2, most_ids = Bytes / 4;

  struct alignas(64) slot {
    unsigned char length, count;
    char text[longest];
    std::uint16_t value[most_ids];  // ids of two bytes, or half as many of four
  };
  static_assert(sizeof(slot) == Bytes);

  slot* slots = nullptr;
  std::size_t count = 0;  ///< a multiple of four
  bool narrow = false;    ///< ids take two bytes each

  slot* places(std::uint64_t hash) const { return slots + (hash * count >> 32 & ~std::size_t(3)); }

  void prefetch(std::uint64_t hash) const {
    auto const* at = reinterpret_cast<char const*>(places(hash));
    __builtin_prefetch(at);
    __builtin_prefetch(at + 64);
  }
  /// Writes most_ids ids to `out`, of which the returned number are the word's; 0 if the word is not known.
  std::size_t find(std::string_view word, std::uint64_t hash, token_id* out) const {
    auto* const s = places(hash);
    for (std::size_t i = 0; i < 4; ++i) {
      if (s[i].length != word.size() || !same(s[i].text, word.data(), word.size())) continue;
      auto const found = i == 0 ? 0 : i - 1;  // a word that is met again moves one place forward
      if (i > 0) std::swap(s[i], s[found]);
      if (narrow)
        std::copy_n(s[found].value, most_ids, out);
      else
        std::memcpy(out, s[found].value, sizeof s[found].value);
      return s[found].count;
    }
    return 0;
  }
  void keep(std::string_view word, std::uint64_t hash, token_id const* ids, std::size_t many) const {
    if (many > (narrow ? most_ids : most_ids / 2)) return;
    auto* s = places(hash);
    for (int i = 0; i < 3 && s->length; ++i) ++s;
    s->length = static_cast<unsigned char>(word.size());
    s->count = static_cast<unsigned char>(many);
    std::memcpy(s->text, word.data(), word.size());
    if (narrow)
      for (std::size_t i = 0; i < many; ++i) s->value[i] = std::uint16_t(ids[i]);
    else
      std::memcpy(s->value, ids, many * sizeof *ids);
  }

 private:
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
};

class word_cache {
 public:
  using middle_words = long_words<64>;
  using wide_words = long_words<128>;
  static constexpr std::size_t longest = wide_words::longest, most_ids = wide_words::most_ids;

  short_words shorts;

  /// Takes about `bytes`, at least 16 KiB. Ids below 65,536 are kept in two bytes each if `narrow`.
  explicit word_cache(std::size_t bytes, bool narrow) {
    bytes = std::max<std::size_t>(bytes, 16384);
    constexpr std::size_t most = std::size_t(1) << 32;  // places that 32 bits of hash tell apart
    auto const places = [&](std::size_t share, std::size_t size, std::size_t together) {
      return std::min(share / size, most) / together * together;
    };
    auto const wide = places(bytes / 8, sizeof(wide_words::slot), 4);
    auto const middle = places(bytes / 8 * 3, sizeof(middle_words::slot), 4);
    auto const pairs = places(bytes / 2, sizeof(short_words::pair), 2);
    memory_ = take(pairs * sizeof(short_words::pair) + middle * sizeof(middle_words::slot) + wide * sizeof(wide_words::slot));
    auto* at = memory_.get();
    shorts = {reinterpret_cast<short_words::pair*>(at), pairs, narrow};
    at += pairs * sizeof(short_words::pair);
    middle_ = {reinterpret_cast<middle_words::slot*>(at), middle, narrow};
    at += middle * sizeof(middle_words::slot);
    wide_ = {reinterpret_cast<wide_words::slot*>(at), wide, narrow};
  }

  /// Words of 16 to 62 bytes by their hash_of(), as short_words has it; `out` has room for most_ids.
  void prefetch_long(std::string_view word, std::uint64_t hash) const {
    word.size() <= middle_words::longest ? middle_.prefetch(hash) : wide_.prefetch(hash);
  }
  std::size_t find_long(std::string_view word, std::uint64_t hash, token_id* out) const {
    return word.size() <= middle_words::longest ? middle_.find(word, hash, out) : wide_.find(word, hash, out);
  }
  void keep_long(std::string_view word, std::uint64_t hash, token_id const* ids, std::size_t count) const {
    word.size() <= middle_words::longest ? middle_.keep(word, hash, ids, count) : wide_.keep(word, hash, ids, count);
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
  middle_words middle_;
  wide_words wide_;
};

}  // namespace snowcoder::tokenize

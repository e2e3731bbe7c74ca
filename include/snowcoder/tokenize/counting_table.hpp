// SPDX-License-Identifier: Apache-2.0
// How often a key was seen: open addressing in one flat array, keys inline. A table grows by half, not to the double, because
// the tables of a large corpus are what the memory of vocabulary training is spent on.
#pragma once

#include <snowcoder/core/hash.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// A word of at most 15 bytes by value; the last byte is its length, so that equal words are equal numbers.
struct inline_word {
  static constexpr std::size_t longest = 15;
  std::uint64_t low = 0, high = 0;

  /// `readable`: bytes that may be read from word.data(), at least word.size(). Sixteen spare the copy.
  static inline_word of(std::string_view word, std::size_t readable) {
    inline_word w;
    if (readable >= 16) {
      static constexpr auto masks = [] {
        std::array<std::array<std::uint64_t, 2>, 16> m{};
        for (std::size_t n = 0; n < 16; ++n) {
          m[n][0] = n >= 8 ? ~std::uint64_t(0) : (std::uint64_t(1) << 8 * n) - 1;
          m[n][1] = n <= 8 ? 0 : (std::uint64_t(1) << 8 * (n - 8)) - 1;
        }
        return m;
      }();
      auto const& mask = masks[word.size()];
      w.low = snowcoder::detail::load64(word.data()) & mask[0];
      w.high = snowcoder::detail::load64(word.data() + 8) & mask[1];
    } else {
      std::memcpy(&w, word.data(), word.size());
    }
    w.high |= std::uint64_t(word.size()) << 56;
    return w;
  }
  std::string_view view() const { return {reinterpret_cast<char const*>(this), std::size_t(high >> 56)}; }
  /// Two multiplications: it is asked once for every word of the text.
  std::uint64_t hash() const {
    auto const h = (low ^ (high * 0x9e3779b97f4a7c15ULL)) * 0xff51afd7ed558ccdULL;
    return (h ^ (h >> 32)) * 0xc4ceb9fe1a85ec53ULL;
  }
  friend bool operator==(inline_word const&, inline_word const&) = default;
};

/// A longer word by its place and hash64(text); whoever keeps it keeps the bytes.
struct kept_word {
  std::uint64_t code = 0;
  std::string_view text;

  std::string_view view() const { return text; }
  std::uint64_t hash() const { return code; }
  friend bool operator==(kept_word const& a, kept_word const& b) { return a.code == b.code && a.text == b.text; }
};

template <class Key>
class counting_table {
 public:
  struct slot {
    Key key{};
    std::uint64_t count = 0;  // 0: free
  };

  explicit counting_table(std::size_t capacity = 64) : slots_(capacity) {}

  /// The slot of `key`, its count 0 if it is new: the caller adds to it, and may give a new key another place of its bytes.
  slot& operator[](Key const& key) { return at(key, key.hash()); }
  slot& at(Key const& key, std::uint64_t hash) {
    if (full()) rebuild(slots_.size() + slots_.size() / 2);
    auto i = place(hash);
    while (slots_[i].count && !(slots_[i].key == key)) i = i + 1 == slots_.size() ? 0 : i + 1;
    if (!slots_[i].count) {
      slots_[i].key = key;
      ++size_;
    }
    return slots_[i];
  }
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[place(hash)], 1); }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.size() * sizeof(slot); }
  /// True when the next new key makes the table grow.
  bool full() const { return 4 * (size_ + 1) > 3 * slots_.size(); }
  void clear() {
    slots_.assign(slots_.size(), slot{});
    size_ = 0;
  }
  /// Gives the memory back.
  void reset() { *this = counting_table(0); }

  /// In no useful order.
  void for_each(auto&& visit) const {
    for (auto const& s : slots_)
      if (s.count) visit(s);
  }

 private:
  /// By the upper half: the lower half chooses among tables.
  std::size_t place(std::uint64_t hash) const { return std::size_t((hash >> 32) * slots_.size() >> 32); }
  void rebuild(std::size_t capacity) {
    auto const old = std::exchange(slots_, std::vector<slot>(capacity < 64 ? 64 : capacity));
    for (auto const& s : old) {
      if (!s.count) continue;
      auto i = place(s.key.hash());
      while (slots_[i].count) i = i + 1 == slots_.size() ? 0 : i + 1;
      slots_[i] = s;
    }
  }

  std::vector<slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace snowcoder::tokenize

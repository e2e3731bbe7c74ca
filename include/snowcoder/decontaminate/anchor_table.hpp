// SPDX-License-Identifier: Apache-2.0
// Many keys, few of which a document holds: a bit map that stays in the cache says "no" for nearly every place of a text, a
// sorted table says where the others may be. Keys are hashes of a window of text: whoever finds one compares the text itself.
#pragma once

#include <snowcoder/core/hash.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::decontaminate {

/// Hashes a window of 1 to 24 bytes with three loads and no loop; at least 8 bytes must be readable.
class window_hash {
 public:
  static constexpr std::size_t widest = 24;
  explicit window_hash(std::size_t width)
      : width_(std::clamp<std::size_t>(width, 1, widest)),
        middle_(width_ <= 8 ? 0 : std::min<std::size_t>(8, width_ - 8)),
        last_(width_ <= 8 ? 0 : width_ - 8),
        mask_(width_ >= 8 ? ~std::uint64_t(0) : (std::uint64_t(1) << (8 * width_)) - 1) {}

  std::size_t width() const { return width_; }
  std::uint64_t operator()(char const* p) const {
    auto const a = (word(p) & mask_) * 0x9e3779b97f4a7c15ULL;
    auto const b = (word(p + middle_) & mask_) * 0xc2b2ae3d27d4eb4fULL;
    auto const c = (word(p + last_) & mask_) * 0x165667b19e3779f9ULL;
    auto const h = (a ^ std::rotl(b, 23) ^ std::rotl(c, 47)) * 0xff51afd7ed558ccdULL;
    return h ^ (h >> 32);
  }

 private:
  static std::uint64_t word(char const* p) {
    std::uint64_t w;
    std::memcpy(&w, p, 8);
    return w;
  }
  std::size_t width_, middle_, last_;
  std::uint64_t mask_;
};

/// 16 bytes a key, and a bit map of 16 to 32 bits a key.
class anchor_table {
 public:
  struct anchor {
    std::uint64_t key, value;
    friend constexpr auto operator<=>(anchor const&, anchor const&) = default;
  };
  void add(std::uint64_t key, std::uint64_t value) { anchors_.push_back({key, value}); }
  /// Call once, after the last add and before the first question.
  void finish() {
    finish([](std::span<anchor const> same) { return same; });
  }
  /// kept(anchors) is given the anchors of one key, by value, and answers which of them stay, in which order.
  template <class Kept>
  void finish(Kept&& kept) {
    std::sort(anchors_.begin(), anchors_.end());
    std::vector<anchor> all;
    for (std::size_t begin = 0, end = 0; begin < anchors_.size(); begin = end) {
      while (end < anchors_.size() && anchors_[end].key == anchors_[begin].key) ++end;
      auto const stay = kept(std::span<anchor const>(anchors_).subspan(begin, end - begin));
      all.insert(all.end(), stay.begin(), stay.end());
    }
    anchors_ = std::move(all);
    auto const words = std::bit_ceil(std::max<std::size_t>(anchors_.size() / 4, 2));
    shift_ = 64 - std::countr_zero(words);
    seen_.assign(words, 0);
    first_.assign(words + 1, anchors_.size());
    for (std::size_t i = anchors_.size(); i-- > 0;) {
      auto const key = anchors_[i].key;
      seen_[key >> shift_] |= bits(key);
      first_[key >> shift_] = i;
    }
    for (std::size_t w = words; w-- > 0;) first_[w] = std::min(first_[w], first_[w + 1]);
  }
  std::size_t size() const { return anchors_.size(); }

  /// False: no such key. By value, so that its two words stay in registers while a text is walked.
  class filter {
   public:
    bool may_have(std::uint64_t key) const {
      auto const both = bits(key);
      return (seen_[key >> shift_] & both) == both;
    }

   private:
    friend anchor_table;
    filter(std::uint64_t const* seen, int shift) : seen_(seen), shift_(shift) {}
    std::uint64_t const* seen_;
    int shift_;
  };
  anchor_table::filter filter_of_keys() const { return {seen_.data(), shift_}; }
  /// All anchors of this key.
  std::span<anchor const> of(std::uint64_t key) const {
    auto const slot = key >> shift_;
    auto const begin = anchors_.begin() + std::ptrdiff_t(first_[slot]),
               end = anchors_.begin() + std::ptrdiff_t(first_[slot + 1]);
    auto const from = std::lower_bound(begin, end, key, [](anchor const& a, std::uint64_t k) { return a.key < k; });
    return {from, std::upper_bound(from, end, key, [](std::uint64_t k, anchor const& a) { return k < a.key; })};
  }

 private:
  /// Two bits of one word, so that a question costs one load.
  static std::uint64_t bits(std::uint64_t key) { return std::uint64_t(1) << (key & 63) | std::uint64_t(1) << (key >> 6 & 63); }

  std::vector<anchor> anchors_;
  std::vector<std::uint64_t> seen_;
  std::vector<std::size_t> first_;  // by the upper bits of the key
  int shift_ = 63;
};

}  // namespace snowcoder::decontaminate

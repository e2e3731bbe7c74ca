// SPDX-License-Identifier: Apache-2.0
// The words being merged, as one flat array: a token that spells n bytes lies on n places, its id on the first and on the
// last. From either end of a token its neighbour is one step away, so a merge touches the place where it happens and nothing
// else of the word; a place never moves, so whoever knows where a pair was need only look whether it still is there.
//
// A token that begins at a place once can only have become the beginning of a longer one or its inside: borders between
// tokens vanish and never appear. So an id found on a place is the token that was noted there, or a place overwritten by
// merges: a beginning that becomes an inside is marked.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/counted_words.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace snowcoder::tokenize {

/// A place in the text of all words.
using place = std::uint32_t;

/// `Symbol` is an unsigned integer with room for every id. Id 0 is a sentinel, so 0 is free to mark borders and insides.
template <class Symbol>
class symbol_text {
 public:
  static constexpr Symbol border = 0, inside = 0;
  static constexpr std::size_t most = std::numeric_limits<place>::max() - 1;

  /// Words of one byte are left out: nothing can merge in them. `words` are gone afterwards.
  symbol_text(counted_words words, token_id const (&byte_ids)[256]) {
    require(words.bytes() + words.size() < most, "distinct words of less than 4 GiB");
    auto const order = by_count(words);
    std::size_t size = 1;
    for (auto w : order) size += words.word(w).size() + 1;
    symbols_.resize(size);
    group_of_block_.resize(size / block + 1);
    place at = 1;
    for (auto w : order) {
      if (groups_.empty() || groups_.back().count != words.count(w)) {
        if (!groups_.empty()) groups_.back().end = at;
        groups_.push_back({0, words.count(w)});
      }
      auto const group = std::uint32_t(groups_.size() - 1);
      for (auto b = (at + block - 1) / block; b * block < at + words.word(w).size() + 1; ++b) group_of_block_[b] = group;
      for (char c : words.word(w)) symbols_[at++] = Symbol(byte_ids[static_cast<unsigned char>(c)]);
      symbols_[at++] = border;
    }
    if (!groups_.empty()) groups_.back().end = at;
  }

  /// One past the last place; places begin with 1.
  place end() const { return place(symbols_.size()); }
  Symbol& operator[](place p) { return symbols_[p]; }
  Symbol const& operator[](place p) const { return symbols_[p]; }
  void prefetch(place p) const { __builtin_prefetch(&symbols_[p], 1); }

  /// How often the word at a place occurs; places must rise from call to call. Words lie by falling count, so that few
  /// borders between counts serve all places.
  class count_cursor {
   public:
    explicit count_cursor(symbol_text const& text) : text_(text) {}
    std::int64_t at(place p) {
      if (p >= text_.groups_[group_].end) {
        group_ = std::max(group_, text_.group_of_block_[p / block]);
        while (p >= text_.groups_[group_].end) ++group_;
      }
      return text_.groups_[group_].count;
    }

   private:
    symbol_text const& text_;
    std::uint32_t group_ = 0;
  };

 private:
  static constexpr place block = 64;
  struct group {
    place end;  // one past its last place
    std::int64_t count;
  };

  static std::vector<std::uint32_t> by_count(counted_words const& words) {
    constexpr std::int64_t frequent = 1 << 16;  // rarer words are sorted by counting
    std::vector<std::uint32_t> begins(frequent + 2);
    auto const rank = [&](std::size_t w) { return std::size_t(frequent - std::min(words.count(w), frequent)); };
    for (std::size_t w = 0; w < words.size(); ++w) begins[rank(w) + 1] += words.word(w).size() > 1;
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    std::vector<std::uint32_t> order(begins.back());
    auto const frequent_end = order.begin() + begins[1];
    for (std::size_t w = 0; w < words.size(); ++w)
      if (words.word(w).size() > 1) order[begins[rank(w)]++] = std::uint32_t(w);
    std::sort(order.begin(), frequent_end, [&](auto a, auto b) { return words.count(a) > words.count(b); });
    return order;
  }

  std::vector<Symbol> symbols_;
  std::vector<group> groups_;
  std::vector<std::uint32_t> group_of_block_;  // of the block's first place
};

}  // namespace snowcoder::tokenize

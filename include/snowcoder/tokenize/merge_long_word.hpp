// SPDX-License-Identifier: Apache-2.0
// Words of any length in linear time and little memory: a window at a time.
//
// Why windows are exact. Merging is a race of pairs in the order (rank, place), and what happens inside a stretch of bytes
// does not depend on its surroundings until the first merge across one of its ends. So a row of ids is the encoding of a
// word if each id is the encoding of its own bytes and each two neighbours are the encoding of theirs: the first merge across
// a seam would have happened in those two alone. Hence encodings of two windows may be joined at a seam between ids wherever
// the two ids that meet there stay apart when they are encoded together; that is tested at every seam, never assumed.
#pragma once

#include <snowcoder/tokenize/merge_word.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace snowcoder::tokenize::detail {

class long_word_merger {
 public:
  /// Appends the ids of `word`. `length_of(id)` is the number of bytes of a token.
  void merge(std::string_view word, merge_table const& merges, auto const& length_of, std::vector<token_id>& ids) {
    auto const first = ids.size();
    apart_ = {-1, -1};
    for (std::size_t window : {short_word, std::size_t(8192), std::size_t(1) << 20}) {
      if (word.size() <= window) break;
      if (in_windows(word, window, merges, length_of, ids)) return;
      ids.resize(first);
    }
    encode(word, merges, ids);
  }

  /// Memory held for later words.
  std::size_t bytes() const {
    return space_.symbols.capacity() * sizeof(merge_space::symbol) + space_.offers.capacity() * 8 +
           (here_.capacity() + next_.capacity()) * sizeof(token_id);
  }

 private:
  /// False when some seam cannot be placed: then the window is too small for the vocabulary or the text.
  bool in_windows(std::string_view word, std::size_t window, merge_table const& merges, auto const& length_of,
                  std::vector<token_id>& ids) {
    constexpr int tries = 8;
    std::size_t begin = 0;  // of `here`, a seam that has been tested
    here_.clear();
    encode(word.substr(0, window), merges, here_);
    while (begin + window < word.size()) {
      auto seam = begin + window;
      auto kept = here_.size();
      bool placed = false;
      for (int i = 0; i < tries && kept > 1 && !placed; ++i) {
        seam -= length_of(here_[--kept]);
        if (word.substr(seam, window) == word.substr(begin, window)) {  // runs repeat themselves
          next_ = here_;
        } else {
          next_.clear();
          encode(word.substr(seam, window), merges, next_);
        }
        auto const left = here_[kept - 1], right = next_.front();
        placed = left == apart_[0] && right == apart_[1];
        if (placed) continue;
        pair_.clear();
        auto const left_bytes = length_of(left);
        encode(word.substr(seam - left_bytes, left_bytes + length_of(right)), merges, pair_);
        placed = pair_.size() == 2 && pair_[0] == left && pair_[1] == right;
        if (placed) apart_ = {left, right};
      }
      if (!placed) return false;
      ids.insert(ids.end(), here_.begin(), here_.begin() + std::ptrdiff_t(kept));
      begin = seam;
      here_.swap(next_);
    }
    ids.insert(ids.end(), here_.begin(), here_.end());
    return true;
  }
  void encode(std::string_view part, merge_table const& merges, std::vector<token_id>& ids) {
    if (part.size() > short_word) return merge_by_heap(part, merges, space_, ids);
    token_id row[short_word];
    auto const count = merge_short(part, merges, row);
    ids.insert(ids.end(), row, row + count);
  }

  std::vector<token_id> here_, next_, pair_;
  std::array<token_id, 2> apart_{-1, -1};  // two that stay apart, tested last
  merge_space space_;
};

}  // namespace snowcoder::tokenize::detail

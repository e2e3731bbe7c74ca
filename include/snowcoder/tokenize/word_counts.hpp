// SPDX-License-Identifier: Apache-2.0
// How often each piece of the training text occurs, counted by many threads; the counts do not depend on how the text was
// shared out.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class word_counts {
 public:
  /// Counts the pieces of `text`; any number of threads may add at once.
  template <splitter Splitter>
  void add(std::string_view text) {
    counts here;
    Splitter::split(text, [&](std::string_view word) {
      if (auto const found = here.find(word); found != here.end())
        ++found->second;
      else
        here.emplace(word, 1);
    });
    std::array<std::vector<counts::value_type const*>, shelves> by_shelf;
    for (auto const& entry : here) by_shelf[hash64(entry.first) % shelves].push_back(&entry);
    for (std::size_t s = 0; s < shelves; ++s) {
      if (by_shelf[s].empty()) continue;
      std::lock_guard lock(shelves_[s].mutex);
      for (auto const* entry : by_shelf[s]) shelves_[s].words[entry->first] += entry->second;
    }
  }

  /// Every word with its count, by words; the counts are gone afterwards.
  std::vector<std::pair<std::string, std::int64_t>> take_sorted() {
    std::vector<std::pair<std::string, std::int64_t>> all;
    for (auto& shelf : shelves_)
      while (!shelf.words.empty()) {
        auto node = shelf.words.extract(shelf.words.begin());
        all.emplace_back(std::move(node.key()), node.mapped());
      }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view t) const { return std::hash<std::string_view>()(t); }
  };
  using counts = std::unordered_map<std::string, std::int64_t, text_hash, std::equal_to<>>;
  static constexpr std::size_t shelves = 64;  // threads seldom wait for one another
  struct shelf {
    std::mutex mutex;
    counts words;
  };
  std::array<shelf, shelves> shelves_;
};

}  // namespace snowcoder::tokenize

// SPDX-License-Identifier: Apache-2.0
// How often each piece of the training text occurs, counted by many threads. A thread counts in a small table of its own
// that stays in its cache, and empties it into shared tables, which hold every word once: memory does not grow with threads,
// and the counts do not depend on how the text was shared out.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/tokenize/counted_words.hpp>
#include <snowcoder/tokenize/counting_table.hpp>
#include <snowcoder/tokenize/pre_split.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

namespace detail {

/// Bytes that stay where they are until the arena goes.
class word_arena {
 public:
  std::string_view keep(std::string_view word) {
    if (word.size() > room_) {
      room_ = std::max(block, word.size());
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(room_));
      at_ = blocks_.back().get();
      held_ += room_;
    }
    std::memcpy(at_, word.data(), word.size());
    room_ -= word.size();
    return {std::exchange(at_, at_ + word.size()), word.size()};
  }
  std::size_t bytes() const { return held_; }
  void clear() { *this = word_arena(); }

 private:
  static constexpr std::size_t block = std::size_t(1) << 15;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t room_ = 0, held_ = 0;
};

struct word_tables {
  counting_table<inline_word> brief;
  counting_table<kept_word> lengthy;
  word_arena text;          // of the long words
  std::size_t letters = 0;  // of all words, each once
};

}  // namespace detail

class word_counts {
 public:
  /// Counts the pieces of `text`; any number of threads may add at once.
  template <splitter Splitter>
  void add(std::string_view text) {
    auto mine = borrow();
    auto const* const end = text.data() + text.size();
    Splitter::split(text, [&](std::string_view word) {
      if (word.size() > inline_word::longest) return add_long(*mine, word);
      auto const key = inline_word::of(word, std::size_t(end - word.data()));
      ++mine->brief[key].count;
      if (mine->brief.full()) empty(*mine);
    });
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(mine));
  }

  /// Every word with its count, in no particular order; the counts are gone afterwards. Not while a thread adds.
  counted_words take() {
    for (auto& own : std::exchange(idle_, {})) empty(*own);
    std::size_t words = 0;
    for (auto const& s : shelves_) words += s.words.brief.size() + s.words.lengthy.size();
    counted_words all;
    all.reserve(words, word_bytes());
    for (auto& s : shelves_) {
      s.words.brief.for_each([&](auto const& slot) { all.add(slot.key.view(), std::int64_t(slot.count)); });
      s.words.brief.reset();
      s.words.lengthy.for_each([&](auto const& slot) { all.add(slot.key.view(), std::int64_t(slot.count)); });
      s.words.lengthy.reset();
      s.words.text.clear();
      s.words.letters = 0;
    }
    return all;
  }

  /// What the shared tables take now, in bytes.
  std::size_t table_bytes() {
    return sum([](detail::word_tables const& w) { return w.brief.bytes() + w.lengthy.bytes() + w.text.bytes(); });
  }
  /// Of the words in the shared tables, each once, in bytes.
  std::size_t word_bytes() {
    return sum([](detail::word_tables const& w) { return w.letters; });
  }

 private:
  static constexpr std::size_t shelves = 64;  // threads seldom wait for one another
  static constexpr std::size_t own_short = 16384, own_long = 4096, own_text = std::size_t(1) << 20;

  struct shelf {
    std::mutex mutex;
    detail::word_tables words;
  };

  std::size_t sum(auto const& of) {
    std::size_t all = 0;
    for (auto& s : shelves_) {
      std::lock_guard lock(s.mutex);
      all += of(s.words);
    }
    return all;
  }
  std::unique_ptr<detail::word_tables> borrow() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto own = std::move(idle_.back());
        idle_.pop_back();
        return own;
      }
    }
    return std::make_unique<detail::word_tables>(counting_table<inline_word>(own_short), counting_table<kept_word>(own_long));
  }

  void add_long(detail::word_tables& mine, std::string_view word) {
    auto& slot = mine.lengthy[{hash64(word), word}];
    if (!slot.count++) slot.key.text = mine.text.keep(word);
    if (mine.lengthy.full() || mine.text.bytes() > own_text) empty(mine);
  }

  /// Moves all counts of a thread to the shelves.
  void empty(detail::word_tables& mine) {
    move(
        mine.brief, [](detail::word_tables & shared) -> auto& { return shared.brief; });
    move(
        mine.lengthy, [](detail::word_tables & shared) -> auto& { return shared.lengthy; });
    mine.text.clear();
  }
  template <class Key>
  void move(counting_table<Key>& from, auto const& table_of) {
    using slot = typename counting_table<Key>::slot;
    std::array<std::uint32_t, shelves + 1> begins{};
    from.for_each([&](slot const& s) { ++begins[s.key.hash() % shelves + 1]; });
    for (std::size_t s = 0; s < shelves; ++s) begins[s + 1] += begins[s];
    std::vector<std::pair<std::uint64_t, slot const*>> by_shelf(from.size());
    auto next = begins;
    from.for_each([&](slot const& s) {
      auto const hash = s.key.hash();
      by_shelf[next[hash % shelves]++] = {hash, &s};
    });
    for (std::size_t s = 0; s < shelves; ++s) {
      if (begins[s] == begins[s + 1]) continue;
      std::lock_guard lock(shelves_[s].mutex);
      auto& shared = shelves_[s].words;
      auto& table = table_of(shared);
      constexpr std::uint32_t ahead = 8;
      for (auto i = begins[s]; i < begins[s + 1]; ++i) {
        if (i + ahead < begins[s + 1]) table.prefetch(by_shelf[i + ahead].first);
        auto const& [hash, mine] = by_shelf[i];
        auto& held = table.at(mine->key, hash);
        if (!held.count) shared.letters += mine->key.view().size();
        if constexpr (std::is_same_v<Key, kept_word>)
          if (!held.count) held.key.text = shared.text.keep(mine->key.text);
        held.count += mine->count;
      }
    }
    from.clear();
  }

  std::array<shelf, shelves> shelves_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<detail::word_tables>> idle_;
};

}  // namespace snowcoder::tokenize

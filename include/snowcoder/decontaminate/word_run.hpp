// SPDX-License-Identifier: Apache-2.0
// Which runs of words a document shares with benchmarks (DeepSeek-Coder's rule: any identical 10-gram), so that renamed
// layout, other quotes or comment marks do not hide a copy. Runs that hold too few characters ("1 2 3 4 …") and the words
// of import lines are in every program and no evidence.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace snowcoder::decontaminate {

namespace detail {

/// The text without lines that only import.
inline std::string without_imports(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    auto const line = text.substr(begin, end - begin);
    auto const first = std::min(line.find_first_not_of(" \t"), line.size());
    auto const rest = line.substr(first);
    if (!rest.starts_with("import ") && !(rest.starts_with("from ") && rest.find(" import ") != rest.npos)) out += line;
    begin = end;
  }
  return out;
}

/// The last `width` words of a walk, with a rolling hash and the number of their characters.
class word_window {
 public:
  explicit word_window(int width) : words_(std::size_t(width)) {
    for (int i = 0; i < width; ++i) leaving_ *= base;
  }
  /// True when the window is full.
  bool push(std::string_view word, std::size_t begin) {
    auto& slot = words_[std::size_t(count_ % words_.size())];
    auto const entering = hash64(word) | 1;
    hash_ = hash_ * base + entering - slot.hash * leaving_;
    characters_ += word.size() - slot.size;
    slot = {entering, begin, word.size()};
    return ++count_ >= words_.size();
  }
  std::uint64_t hash() const { return hash_; }
  std::size_t characters() const { return characters_; }
  std::size_t begin() const { return words_[std::size_t(count_ % words_.size())].begin; }
  std::size_t end() const {
    auto const& last = words_[std::size_t((count_ - 1) % words_.size())];
    return last.begin + last.size;
  }

 private:
  static constexpr std::uint64_t base = 0xd6e8feb86659fd93ULL;
  struct word_place {
    std::uint64_t hash = 0;
    std::size_t begin = 0, size = 0;
  };
  std::vector<word_place> words_;
  std::uint64_t leaving_ = 1, hash_ = 0;
  std::size_t count_ = 0, characters_ = 0;
};

/// The words of a text with one space between them.
inline std::string joined_words(std::string_view text) {
  std::string out;
  for_each_word(text, [&](std::string_view word, std::size_t) {
    if (!out.empty()) out += ' ';
    out += word;
  });
  return out;
}

}  // namespace detail

class word_run_index {
 public:
  /// Runs of `words` words with at least `minimum` characters in them.
  word_run_index(int words, std::size_t minimum) : width_(std::max(words, 1)), minimum_(minimum) {}

  void add(std::string_view text, std::uint32_t value) {
    auto const bare = detail::without_imports(text);
    detail::word_window window(width_);
    for_each_word(bare, [&](std::string_view word, std::size_t begin) {
      if (!window.push(word, begin)) return;
      if (window.characters() < minimum_)
        ++skipped_;
      else
        runs_.push_back({window.hash(), value,
                         detail::joined_words(std::string_view(bare).substr(window.begin(), window.end() - window.begin()))});
    });
  }
  /// Call once, after the last add and before the first find.
  void finish() {
    auto const key = [](run const& r) { return std::tie(r.hash, r.text, r.value); };
    std::sort(runs_.begin(), runs_.end(), [&](auto const& a, auto const& b) { return key(a) < key(b); });
    runs_.erase(std::unique(runs_.begin(), runs_.end(),
                            [&](auto const& a, auto const& b) { return a.hash == b.hash && a.text == b.text; }),
                runs_.end());
    seen_.assign(std::size_t(1) << 18, 0);
    for (auto const& r : runs_) seen_[slot(r.hash) >> 6] |= std::uint64_t(1) << (slot(r.hash) & 63);
  }
  std::size_t size() const { return runs_.size(); }
  std::int64_t skipped() const { return skipped_; }  ///< runs with too few characters

  /// Calls hit(value, begin, end) with byte positions in `text`, in order; a run that several tasks share names the first.
  template <class Hit>
  void find(std::string_view text, Hit&& hit) const {
    if (runs_.empty()) return;
    detail::word_window window(width_);
    for_each_word(text, [&](std::string_view word, std::size_t begin) {
      if (!window.push(word, begin)) return;
      auto const h = window.hash();
      if (!(seen_[slot(h) >> 6] >> (slot(h) & 63) & 1)) return;
      auto r = std::lower_bound(runs_.begin(), runs_.end(), h, [](auto const& a, std::uint64_t b) { return a.hash < b; });
      for (; r != runs_.end() && r->hash == h; ++r)
        if (r->text == detail::joined_words(text.substr(window.begin(), window.end() - window.begin())))
          hit(r->value, window.begin(), window.end());
    });
  }

 private:
  static constexpr std::size_t slot(std::uint64_t h) { return std::size_t((h * 0xff51afd7ed558ccdULL) >> 40); }  // 24 bits

  struct run {
    std::uint64_t hash;
    std::uint32_t value;
    std::string text;
  };
  int width_;
  std::size_t minimum_;
  std::int64_t skipped_ = 0;
  std::vector<run> runs_;
  std::vector<std::uint64_t> seen_;
};

}  // namespace snowcoder::decontaminate

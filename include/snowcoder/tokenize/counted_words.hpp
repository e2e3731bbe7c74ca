// SPDX-License-Identifier: Apache-2.0
// The distinct words of the training text with their counts, in two flat arrays and one text: millions of words, no string
// each. Their order has no meaning; the trainer's result does not depend on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

class counted_words {
 public:
  counted_words() = default;
  counted_words(std::initializer_list<std::pair<std::string_view, std::int64_t>> words) {
    for (auto const& [word, count] : words) add(word, count);
  }
  /// A word that comes twice stands there twice; the trainer sees no difference.
  void add(std::string_view word, std::int64_t count) {
    text_ += word;
    ends_.push_back(text_.size());
    counts_.push_back(count);
  }
  void reserve(std::size_t words, std::size_t bytes) {
    text_.reserve(bytes);
    ends_.reserve(words);
    counts_.reserve(words);
  }

  std::size_t size() const { return counts_.size(); }
  /// Of all words, each once.
  std::size_t bytes() const { return text_.size(); }
  std::string_view word(std::size_t i) const {
    auto const begin = i ? ends_[i - 1] : 0;
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  std::int64_t count(std::size_t i) const { return counts_[i]; }

 private:
  std::string text_;
  std::vector<std::size_t> ends_;
  std::vector<std::int64_t> counts_;
};

}  // namespace snowcoder::tokenize

// SPDX-License-Identifier: Apache-2.0
// A text as hashed n-grams of words.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

struct ngram_settings {
  int order = 2;  ///< words in the longest n-gram
  int bits = 20;  ///< 2^bits buckets
  int epochs = 5;
  double rate = 0.5;
  friend bool operator==(ngram_settings const&, ngram_settings const&) = default;
};

/// A text as buckets and values: 1 + log of the count, the whole scaled to length one, so that files of all lengths are alike.
using ngram_features = std::vector<std::pair<std::uint32_t, float>>;  // by bucket

/// Words are runs of [A-Za-z0-9_] as they are, and every other visible byte for itself.
inline ngram_features ngrams_of(std::string_view text, ngram_settings const& s) {
  std::vector<std::uint32_t> buckets;
  std::vector<std::uint64_t> last;  // hashes of the words before, the latest at the end
  auto const add = [&](std::string_view word) {
    last.push_back(hash64(word, 0x6e6772616d));
    if (last.size() > std::size_t(s.order)) last.erase(last.begin());
    std::uint64_t h = 0;
    for (std::size_t n = 1; n <= last.size(); ++n) {
      h = mix64(h, last[last.size() - n]);
      buckets.push_back(std::uint32_t(h >> (64 - s.bits)));
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    auto const begin = i++;
    if (is_word_byte(text[begin]))
      while (i < text.size() && is_word_byte(text[i])) ++i;
    else if (text[begin] == ' ' || (text[begin] >= '\t' && text[begin] <= '\r'))
      continue;
    add(text.substr(begin, i - begin));
  }
  std::sort(buckets.begin(), buckets.end());
  ngram_features f;
  double squares = 0;
  for (std::size_t i = 0; i < buckets.size();) {
    auto const begin = i;
    while (i < buckets.size() && buckets[i] == buckets[begin]) ++i;
    double const value = 1 + std::log(double(i - begin));
    f.emplace_back(buckets[begin], float(value));
    squares += value * value;
  }
  for (auto& [bucket, value] : f) value = float(double(value) / std::sqrt(squares));
  return f;
}

}  // namespace snowcoder::annotate

// SPDX-License-Identifier: Apache-2.0
// A text as the set of its runs of words, each run a 64-bit hash: what Jaccard indices and MinHash signatures are made of.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace snowcoder::dedup {

/// Ascending, each once.
using shingle_set = std::vector<std::uint64_t>;

/// The runs of `width` words of a text; a text with fewer words is one run. `words` is set to the number of words.
inline shingle_set shingles(std::string_view text, int width, std::int64_t& words) {
  constexpr std::uint64_t base = 0x9e3779b97f4a7c15ULL;  // odd: a run's hash rolls on by one multiplication a word
  std::uint64_t leaving = 1;
  for (int i = 0; i < width; ++i) leaving *= base;
  std::vector<std::uint64_t> ring(std::size_t(width), 0);
  shingle_set set;
  std::uint64_t rolling = 0;
  words = 0;
  for_each_word(text, [&](std::string_view word, std::size_t) {
    auto& slot = ring[std::size_t(words % width)];
    auto const entering = hash64(word) | 1;
    rolling = rolling * base + entering - slot * leaving;
    slot = entering;
    if (++words >= width) set.push_back(mix64(rolling, std::uint64_t(width)));
  });
  if (words > 0 && words < width) set.push_back(mix64(rolling, std::uint64_t(words)));
  std::sort(set.begin(), set.end());
  set.erase(std::unique(set.begin(), set.end()), set.end());
  return set;
}
inline shingle_set shingles(std::string_view text, int width) {
  std::int64_t words = 0;
  return shingles(text, width, words);
}

/// Size of the intersection over size of the union; 1 for two empty sets.
inline double jaccard(shingle_set const& a, shingle_set const& b) {
  std::size_t i = 0, j = 0, common = 0;
  while (i < a.size() && j < b.size()) {
    common += a[i] == b[j];
    bool const step_a = a[i] <= b[j], step_b = b[j] <= a[i];
    i += step_a;
    j += step_b;
  }
  auto const all = a.size() + b.size() - common;
  return all ? double(common) / double(all) : 1.0;
}

/// An upper bound of the Jaccard index from the sizes alone.
inline double jaccard_bound(std::size_t a, std::size_t b) {
  return std::max(a, b) ? double(std::min(a, b)) / double(std::max(a, b)) : 1.0;
}

}  // namespace snowcoder::dedup

// SPDX-License-Identifier: Apache-2.0
// The set of a text's shingles, and the true Jaccard index of two of them.
#pragma once

#include <snowcoder/dedup/shingle.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace snowcoder::dedup {

/// Ascending, each once.
using shingle_set = std::vector<std::uint64_t>;

/// Sorts hashes and drops repeats. Their upper bits are spread evenly, so one pass that deals them into buckets of a few
/// leaves next to nothing to sort; `spare` is working memory.
inline void make_set(shingle_set& hashes, std::vector<std::uint64_t>& spare) {
  if (hashes.size() < 32) {
    std::sort(hashes.begin(), hashes.end());
  } else {
    auto const bits = std::bit_width(hashes.size() / 4);
    auto const shift = 64 - bits;
    std::vector<std::uint32_t> ends((std::size_t(1) << bits) + 1);
    for (auto h : hashes) ++ends[(h >> shift) + 1];
    for (std::size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
    spare.resize(hashes.size());
    for (auto h : hashes) spare[ends[h >> shift]++] = h;
    std::uint32_t first = 0;
    for (std::size_t bucket = 0; bucket + 1 < ends.size(); ++bucket) {
      auto const last = ends[bucket];
      if (last - first > 24)
        std::sort(spare.begin() + first, spare.begin() + last);
      else
        for (auto i = first; i < last; ++i) {
          auto const h = spare[i];
          auto j = i;
          for (; j > first && spare[j - 1] > h; --j) spare[j] = spare[j - 1];
          spare[j] = h;
        }
      first = last;
    }
    hashes.swap(spare);
  }
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

/// The runs of `width` units of a text; a text with fewer is one run. `units` is set to their number.
inline shingle_set shingles(std::string_view text, int width, std::int64_t& units,
                            config::shingle_unit unit = config::shingle_unit::words) {
  shingle_set set;
  units = for_each_shingle_block(text, width, unit, [&](auto runs) { set.insert(set.end(), runs.begin(), runs.end()); });
  std::vector<std::uint64_t> spare;
  make_set(set, spare);
  return set;
}
inline shingle_set shingles(std::string_view text, int width) {
  std::int64_t units = 0;
  return shingles(text, width, units);
}
/// As the settings say.
inline shingle_set shingles(std::string_view text, config::near_duplicate const& settings) {
  std::int64_t units = 0;
  return shingles(text, settings.shingle, units, settings.unit);
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

/// jaccard(a, b) >= similarity, decided as soon as what is left cannot change it.
inline bool alike(shingle_set const& a, shingle_set const& b, double similarity) {
  auto const both = a.size() + b.size();
  auto const wanted = similarity / (1 + similarity) * double(both) - 1;  // |a ∩ b| of a pair at the threshold, less rounding
  auto const need = wanted > 0 ? std::size_t(wanted) : 0;
  if (std::min(a.size(), b.size()) < need) return false;
  std::size_t i = 0, j = 0, common = 0;
  while (i < a.size() && j < b.size()) {
    if (common + std::min(a.size() - i, b.size() - j) < need) return false;
    for (int step = 0; step < 32 && i < a.size() && j < b.size(); ++step) {
      common += a[i] == b[j];
      bool const step_a = a[i] <= b[j], step_b = b[j] <= a[i];
      i += step_a;
      j += step_b;
    }
  }
  return (both ? double(common) / double(both - common) : 1.0) >= similarity;
}

}  // namespace snowcoder::dedup

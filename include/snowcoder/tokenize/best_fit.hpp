// SPDX-License-Identifier: Apache-2.0
// Best-fit packing (an option; the paper concatenates): documents are placed whole into sequences of the context, each into
// the one that it fills best, so that few are cut. Only what is longer than the context is cut.
#pragma once

#include <snowcoder/core/contract.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Part [begin, begin + length) of an item.
struct fitted_piece {
  std::uint32_t item;
  std::int64_t begin, length;
};

/// Bins of at most `capacity`: longest pieces first, each into the fullest bin that still has room. Bins stand in the order
/// of their first item, pieces in a bin in the order of the items.
inline std::vector<std::vector<fitted_piece>> best_fit(std::span<std::int64_t const> lengths, std::int64_t capacity) {
  require(capacity > 0, "best_fit: a bin holds something");
  std::vector<fitted_piece> pieces;
  for (std::uint32_t i = 0; i < lengths.size(); ++i)
    for (std::int64_t begin = 0; begin < lengths[i]; begin += capacity)
      pieces.push_back({i, begin, std::min(capacity, lengths[i] - begin)});
  std::stable_sort(pieces.begin(), pieces.end(), [](auto const& a, auto const& b) { return a.length > b.length; });
  std::vector<std::vector<fitted_piece>> bins;
  std::set<std::pair<std::int64_t, std::size_t>> room;  // (free, bin)
  for (auto const& p : pieces) {
    auto found = room.lower_bound({p.length, 0});
    auto const bin = found == room.end() ? bins.size() : found->second;
    auto const left = (found == room.end() ? capacity : found->first) - p.length;
    if (found == room.end())
      bins.emplace_back();
    else
      room.erase(found);
    bins[bin].push_back(p);
    if (left > 0) room.insert({left, bin});
  }
  auto const before = [](fitted_piece const& a, fitted_piece const& b) {
    return std::pair(a.item, a.begin) < std::pair(b.item, b.begin);
  };
  for (auto& bin : bins) std::sort(bin.begin(), bin.end(), before);
  std::sort(bins.begin(), bins.end(), [&](auto const& a, auto const& b) { return before(a.front(), b.front()); });
  return bins;
}

}  // namespace snowcoder::tokenize

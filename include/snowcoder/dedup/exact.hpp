// SPDX-License-Identifier: Apache-2.0
// Exact duplicates: equal 128-bit hash and length, confirmed by comparing the bytes, so that a collision drops nothing.
#pragma once

#include <snowcoder/core/hash.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace snowcoder::dedup {

struct content_key {
  hash128 hash;
  std::uint64_t bytes = 0;
  friend constexpr auto operator<=>(content_key const&, content_key const&) = default;
};

/// An item and half of its content's hash, 12 bytes. Sorted, items that may be copies stand together, the first one before the
/// others.
struct hashed_item {
  std::uint32_t high = 0, low = 0, item = 0;
  static hashed_item of(content_key const& key, std::uint32_t item) {
    return {std::uint32_t(key.hash.high >> 32), std::uint32_t(key.hash.high), item};
  }
  bool may_equal(hashed_item const& other) const { return high == other.high && low == other.low; }
  friend auto operator<=>(hashed_item const&, hashed_item const&) = default;
};

/// keeper[i] is the first of the items whose content is that of i; i itself when there is none before it. `same(i, j)` compares
/// the bytes of two items with equal keys. All in memory; for more items than fit, pipeline/exact_copies.hpp.
template <class Same>
std::vector<std::uint32_t> exact_duplicates(std::span<content_key const> keys, Same&& same) {
  std::vector<hashed_item> sorted(keys.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) sorted[i] = hashed_item::of(keys[i], i);
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::uint32_t> keeper(keys.size()), different;  // contents that share half a hash: one, nearly always
  std::iota(keeper.begin(), keeper.end(), 0u);
  for (std::size_t n = 0; n < sorted.size(); ++n) {
    if (n == 0 || !sorted[n].may_equal(sorted[n - 1])) different.clear();
    auto const item = sorted[n].item;
    auto const found = std::find_if(different.begin(), different.end(),
                                    [&](auto first) { return keys[first] == keys[item] && same(first, item); });
    if (found == different.end())
      different.push_back(item);
    else
      keeper[item] = *found;
  }
  return keeper;
}

}  // namespace snowcoder::dedup

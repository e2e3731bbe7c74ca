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

/// keeper[i] is the first item (in the order of `keys`) whose content is that of i; i itself when there is none before it.
/// `same(i, j)` compares the bytes of two items with equal keys.
template <class Same>
std::vector<std::uint32_t> exact_duplicates(std::span<content_key const> keys, Same&& same) {
  std::vector<std::uint32_t> order(keys.size()), keeper(keys.size());
  std::iota(order.begin(), order.end(), 0u);
  std::iota(keeper.begin(), keeper.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return keys[a] < keys[b]; });
  std::vector<std::uint32_t> different;  // contents that share one key: one, unless the hash collides
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || keys[order[i]] != keys[order[i - 1]]) different.clear();
    auto const found = std::find_if(different.begin(), different.end(), [&](auto first) { return same(first, order[i]); });
    if (found == different.end())
      different.push_back(order[i]);
    else
      keeper[order[i]] = *found;
  }
  return keeper;
}

}  // namespace snowcoder::dedup

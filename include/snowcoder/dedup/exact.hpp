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

/// keeper[i] is the first of the items 0 … count - 1 whose content is that of i; i itself when there is none before it.
/// `key_of(i)` is the content_key of an item, `same(i, j)` compares the bytes of two items with equal keys. Memory: 10 to 12
/// bytes an item.
template <class KeyOf, class Same>
std::vector<std::uint32_t> exact_duplicates(std::uint32_t count, KeyOf&& key_of, Same&& same) {
  std::vector<std::uint32_t> order(count), keeper(count);
  std::iota(order.begin(), order.end(), 0u);
  std::iota(keeper.begin(), keeper.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return key_of(a) < key_of(b); });
  std::vector<std::uint32_t> different;  // contents that share one key: one, unless the hash collides
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || key_of(order[i]) != key_of(order[i - 1])) different.clear();
    auto const found = std::find_if(different.begin(), different.end(), [&](auto first) { return same(first, order[i]); });
    if (found == different.end())
      different.push_back(order[i]);
    else
      keeper[order[i]] = *found;
  }
  return keeper;
}
template <class Same>
std::vector<std::uint32_t> exact_duplicates(std::span<content_key const> keys, Same&& same) {
  return exact_duplicates(
      std::uint32_t(keys.size()), [&](auto i) { return keys[i]; }, same);
}

}  // namespace snowcoder::dedup

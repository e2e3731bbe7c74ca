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
/// `key_of(i)` is the content_key of an item, `same(i, j)` compares the bytes of two items with equal keys. Memory: 16 bytes an
/// item.
template <class KeyOf, class Same>
std::vector<std::uint32_t> exact_duplicates(std::uint32_t count, KeyOf&& key_of, Same&& same) {
  struct entry {
    std::uint32_t high, low, item;  // half of the hash in two parts: 12 bytes
    auto operator<=>(entry const&) const = default;
    bool may_equal(entry const& other) const { return high == other.high && low == other.low; }
  };
  std::vector<entry> entries(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    auto const half = key_of(i).hash.high;
    entries[i] = {std::uint32_t(half >> 32), std::uint32_t(half), i};
  }
  std::sort(entries.begin(), entries.end());
  std::vector<std::uint32_t> keeper(count), different;  // contents that share half a hash: one, nearly always
  std::iota(keeper.begin(), keeper.end(), 0u);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    bool const alone = i + 1 == entries.size() || !entries[i].may_equal(entries[i + 1]);
    if (i == 0 || !entries[i].may_equal(entries[i - 1])) {
      if (alone) continue;
      different.clear();
    }
    auto const item = entries[i].item;
    auto const found = std::find_if(different.begin(), different.end(),
                                    [&](auto first) { return key_of(first) == key_of(item) && same(first, item); });
    if (found == different.end())
      different.push_back(item);
    else
      keeper[item] = *found;
  }
  return keeper;
}
template <class Same>
std::vector<std::uint32_t> exact_duplicates(std::span<content_key const> keys, Same&& same) {
  return exact_duplicates(
      std::uint32_t(keys.size()), [&](auto i) { return keys[i]; }, same);
}

}  // namespace snowcoder::dedup

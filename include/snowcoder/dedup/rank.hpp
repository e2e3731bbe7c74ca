// SPDX-License-Identifier: Apache-2.0
// Which of several copies is kept: the one with most stars, then a permissive licence, then the larger one, then the
// smallest id. Items are numbered by this order before they are compared, so the smallest number of a group is the one
// to keep.
#pragma once

#include <snowcoder/core/hash.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

namespace snowcoder::dedup {

struct standing {
  std::int64_t stars = -1;  ///< -1: unknown
  bool permissive = false;
  std::uint64_t bytes = 0;
  hash128 id;
};

/// Is `a` kept rather than `b`?
constexpr bool outranks(standing const& a, standing const& b) {
  return std::tuple(-a.stars, !a.permissive, ~a.bytes, a.id) < std::tuple(-b.stars, !b.permissive, ~b.bytes, b.id);
}

/// Licences that ask for little more than a notice, by SPDX name in any case.
constexpr bool is_permissive(std::string_view licence) {
  constexpr std::array<std::string_view, 16> known{"mit",       "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc",   "0bsd",
                                                   "unlicense", "cc0-1.0",    "zlib",         "bsl-1.0",      "mit-0", "wtfpl",
                                                   "ncsa",      "psf-2.0",    "python-2.0",   "postgresql"};
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) {
    return k.size() == licence.size() && std::equal(k.begin(), k.end(), licence.begin(), [](char a, char b) {
             return a == (b >= 'A' && b <= 'Z' ? char(b | 32) : b);
           });
  });
}

/// order[0] is the item that outranks all others. Equal items keep their order.
inline std::vector<std::uint32_t> ranked(std::span<standing const> items) {
  std::vector<std::uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return outranks(items[a], items[b]); });
  return order;
}

}  // namespace snowcoder::dedup

// SPDX-License-Identifier: Apache-2.0
// Words of a text (core/words.hpp) where they stand, 64 bytes at a time, and their hashes without regard to letter case:
// nothing is copied and nothing allocated.
#pragma once

#include <snowcoder/core/word_hash.hpp>
#include <snowcoder/core/word_mask.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace snowcoder {

/// Calls visit(begin, end) for every word, in order: text[begin, end).
template <class Visit>
inline void for_each_word_span(std::string_view text, Visit&& visit) {
  std::uint64_t inside = 0;  // 1: the byte before this block belongs to a word, which began at `begin`
  std::size_t begin = 0;
  auto const block = [&](char const* p, std::size_t base) {
    auto const mask = word_mask(p);
    auto edges = mask ^ (mask << 1 | inside);  // a word begins or has ended here, in turn
    auto const take = [&] {
      auto const at = base + std::size_t(std::countr_zero(edges));
      edges &= edges - 1;
      return at;
    };
    if (inside && edges) visit(begin, take());
    while (edges) {
      begin = take();
      if (!edges) break;
      visit(begin, take());
    }
    inside = mask >> 63;
  };
  std::size_t at = 0;
  for (; at + 64 <= text.size(); at += 64) block(text.data() + at, at);
  if (at < text.size()) {
    char rest[64] = {};
    std::memcpy(rest, text.data() + at, text.size() - at);
    block(rest, at);
  }
  if (inside) visit(begin, text.size());
}

/// A 64-bit hash of the word p[0, size), the same for both cases of a letter; reads no byte at `end` or behind. Words of up
/// to 8 bytes never collide: every step is a bijection of their bytes.
inline std::uint64_t hash_word(char const* p, std::size_t size, char const* end) {
  constexpr auto masks = [] {
    std::array<std::array<std::uint64_t, 2>, 17> m{};
    for (std::size_t n = 0; n <= 16; ++n)
      for (std::size_t i = 0; i < n; ++i) m[n][i / 8] |= std::uint64_t(255) << (8 * (i % 8));
    return m;
  }();
  std::uint64_t h = 0;
  for (; size > 16; p += 16, size -= 16) h = word_hash::join(h, detail::load64(p), detail::load64(p + 8));
  char last[16] = {};
  char const* from = p;
  if (end - p < 16) {
    std::memcpy(last, p, size);
    from = last;
  }
  return word_hash::finish(h, detail::load64(from), detail::load64(from + 8), masks[size][0], masks[size][1]);
}

}  // namespace snowcoder

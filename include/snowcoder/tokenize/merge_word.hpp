// SPDX-License-Identifier: Apache-2.0
// One word's byte pairs merged: lowest rank first, leftmost first among equals. Words of up to 128 bytes by looking at every
// pair again after each merge, which is a handful of vector instructions; longer ones by a heap over a linked list.
#pragma once

#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/merge_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace snowcoder::tokenize::detail {

inline constexpr std::size_t short_word = 128;

/// Writes the ids of `word` (1 to Places bytes) to `ids`, which has room for an id per byte, and returns how many.
template <std::size_t Places>
std::size_t merge_within(std::string_view word, merge_table const& merges, token_id* ids) {
  static_assert(Places <= short_word);
  alignas(64) std::uint32_t offer[Places];  // rank << 7 | place of what the symbol there makes with the next; none if nothing
  token_id symbol[Places];
  std::uint8_t after[Places + 1], before[Places + 1];
  auto const n = std::min(word.size(), Places);  // says to the compiler what the caller promises
  auto const* bytes = reinterpret_cast<unsigned char const*>(word.data());
  auto const offer_of = [](std::uint32_t rank, std::size_t at) {
    return rank == merge_table::none ? merge_table::none : rank << 7 | std::uint32_t(at);
  };
  for (std::size_t i = 0; i < n; ++i) {
    symbol[i] = merges.byte_id(bytes[i]);
    after[i] = std::uint8_t(i + 1);
    before[i + 1] = std::uint8_t(i);
  }
  for (std::size_t i = 0; i + 1 < n; ++i) offer[i] = offer_of(merges.byte_rank(bytes[i], bytes[i + 1]), i);
  for (std::size_t i = n - 1; i < Places; ++i) offer[i] = merge_table::none;
  for (;;) {
    std::uint32_t best = merge_table::none;
    for (std::size_t i = 0; i < Places; ++i) best = std::min(best, offer[i]);
    if (best == merge_table::none) break;
    auto const at = best & 127;
    std::size_t const gone = after[at], next = after[gone];
    symbol[at] = merges.merged(best >> 7);
    after[at] = std::uint8_t(next);
    before[next] = std::uint8_t(at);
    offer[gone] = merge_table::none;
    offer[at] = next < n ? offer_of(merges.rank(symbol[at], symbol[next]), at) : merge_table::none;
    if (at > 0) {
      std::size_t const left = before[at];
      offer[left] = offer_of(merges.rank(symbol[left], symbol[at]), left);
    }
  }
  std::size_t count = 0;
  for (std::size_t i = 0; i < n; i = after[i]) ids[count++] = symbol[i];
  return count;
}

/// The same for 1 to short_word bytes.
inline std::size_t merge_short(std::string_view word, merge_table const& merges, token_id* ids) {
  if (word.size() <= 16) return merge_within<16>(word, merges, ids);
  if (word.size() <= 32) return merge_within<32>(word, merges, ids);
  if (word.size() <= 64) return merge_within<64>(word, merges, ids);
  return merge_within<short_word>(word, merges, ids);
}

/// Memory of merge_by_heap, kept from word to word: 20 bytes for each byte of the longest.
struct merge_space {
  struct symbol {
    token_id id;
    std::uint32_t before, after;
  };
  std::vector<symbol> symbols;
  std::vector<std::uint64_t> offers;  // rank << 32 | place
};

/// Appends the ids of a word of any length below 4 GiB: n log n.
inline void merge_by_heap(std::string_view word, merge_table const& merges, merge_space& space, std::vector<token_id>& ids) {
  auto const n = std::uint32_t(word.size());
  auto& symbols = space.symbols;
  auto& offers = space.offers;
  symbols.resize(n);
  offers.clear();
  auto const offer = [&](std::uint32_t at) {
    auto const next = symbols[at].after;
    return next < n ? merges.rank(symbols[at].id, symbols[next].id) : merge_table::none;
  };
  for (std::uint32_t i = 0; i < n; ++i) symbols[i] = {merges.byte_id(static_cast<unsigned char>(word[i])), i - 1, i + 1};
  for (std::uint32_t i = 0; i < n; ++i)
    if (auto const rank = offer(i); rank != merge_table::none) offers.push_back(std::uint64_t(rank) << 32 | i);
  std::make_heap(offers.begin(), offers.end(), std::greater<>());
  auto const push = [&](std::uint32_t at) {
    auto const rank = offer(at);
    if (rank == merge_table::none) return;
    offers.push_back(std::uint64_t(rank) << 32 | at);
    std::push_heap(offers.begin(), offers.end(), std::greater<>());
  };
  while (!offers.empty()) {
    std::pop_heap(offers.begin(), offers.end(), std::greater<>());
    auto const best = offers.back();
    offers.pop_back();
    auto const at = std::uint32_t(best), rank = std::uint32_t(best >> 32);
    if (symbols[at].id < 0 || offer(at) != rank) continue;  // a neighbour was merged meanwhile
    auto const gone = symbols[at].after, next = symbols[gone].after;
    symbols[at].id = merges.merged(rank);
    symbols[at].after = next;
    symbols[gone].id = -1;
    if (next < n) symbols[next].before = at;
    push(at);
    if (at > 0) push(symbols[at].before);
  }
  for (std::uint32_t i = 0; i < n; i = symbols[i].after) ids.push_back(symbols[i].id);
}

}  // namespace snowcoder::tokenize::detail

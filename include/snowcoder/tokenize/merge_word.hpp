// SPDX-License-Identifier: Apache-2.0
// One word's byte pairs merged, lowest rank first, leftmost first among equals. Short words by looking again at every pair;
// long ones (a 10 MB line without a space) by a heap over a linked list, n log n in the worst case.
#pragma once

#include <snowcoder/record/token_run.hpp>
#include <snowcoder/tokenize/pair_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <span>
#include <string_view>
#include <vector>

namespace snowcoder::tokenize {

struct ranked_merge {
  std::int32_t rank = std::numeric_limits<std::int32_t>::max();
  token_id merged = -1;
};
using merge_table = pair_table<ranked_merge>;

namespace detail {

inline constexpr std::size_t short_word = 64;

inline ranked_merge lookup(merge_table const& merges, token_id left, token_id right) {
  auto const* found = merges.find(pair_key(left, right));
  return found ? *found : ranked_merge{};
}

inline void merge_short(std::string_view word, token_id const* byte_ids, merge_table const& merges,
                        std::vector<token_id>& ids) {
  token_id symbols[short_word];
  ranked_merge next[short_word];  // next[i]: what symbols[i] and symbols[i + 1] make
  std::size_t n = word.size();
  for (std::size_t i = 0; i < n; ++i) symbols[i] = byte_ids[static_cast<unsigned char>(word[i])];
  for (std::size_t i = 0; i + 1 < n; ++i) next[i] = lookup(merges, symbols[i], symbols[i + 1]);
  while (n > 1) {
    auto const best = std::size_t(std::min_element(next, next + n - 1, [](auto a, auto b) { return a.rank < b.rank; }) - next);
    if (next[best].merged < 0) break;
    symbols[best] = next[best].merged;
    std::copy(symbols + best + 2, symbols + n, symbols + best + 1);
    if (best + 2 < n) std::copy(next + best + 2, next + n - 1, next + best + 1);
    --n;
    if (best > 0) next[best - 1] = lookup(merges, symbols[best - 1], symbols[best]);
    if (best + 1 < n) next[best] = lookup(merges, symbols[best], symbols[best + 1]);
  }
  ids.insert(ids.end(), symbols, symbols + n);
}

inline void merge_long(std::string_view word, token_id const* byte_ids, merge_table const& merges, std::vector<token_id>& ids) {
  using place = std::int64_t;
  struct symbol {
    token_id id;
    place before, after;  // -1: none
  };
  struct offer {
    std::int32_t rank;
    place at;
    token_id left, right, merged;
    bool operator>(offer const& o) const { return rank != o.rank ? rank > o.rank : at > o.at; }
  };
  auto const n = place(word.size());
  std::vector<symbol> symbols(word.size());
  for (place i = 0; i < n; ++i)
    symbols[std::size_t(i)] = {byte_ids[static_cast<unsigned char>(word[std::size_t(i)])], i - 1, i + 1 < n ? i + 1 : -1};
  std::vector<offer> offers;
  auto const offer_at = [&](place at) -> offer {
    auto const& left = symbols[std::size_t(at)];
    if (left.after < 0) return {0, at, -1, -1, -1};
    auto const right = symbols[std::size_t(left.after)].id;
    auto const m = lookup(merges, left.id, right);
    return {m.rank, at, left.id, right, m.merged};
  };
  for (place i = 0; i < n; ++i)
    if (auto const o = offer_at(i); o.merged >= 0) offers.push_back(o);
  std::priority_queue<offer, std::vector<offer>, std::greater<>> queue(std::greater<>{}, std::move(offers));
  while (!queue.empty()) {
    auto const top = queue.top();
    queue.pop();
    auto& left = symbols[std::size_t(top.at)];
    if (left.id != top.left || left.after < 0 || symbols[std::size_t(left.after)].id != top.right)
      continue;  // merged meanwhile
    auto& right = symbols[std::size_t(left.after)];
    left.id = top.merged;
    left.after = right.after;
    right.id = -1;
    if (left.after >= 0) symbols[std::size_t(left.after)].before = top.at;
    if (auto const o = offer_at(top.at); o.merged >= 0) queue.push(o);
    if (left.before < 0) continue;
    if (auto const o = offer_at(left.before); o.merged >= 0) queue.push(o);
  }
  for (place i = 0; i >= 0 && i < n; i = symbols[std::size_t(i)].after) ids.push_back(symbols[std::size_t(i)].id);
}

}  // namespace detail

/// Appends the ids of `word`; `byte_ids` has 256 entries.
inline void merge_word(std::string_view word, std::span<token_id const> byte_ids, merge_table const& merges,
                       std::vector<token_id>& ids) {
  if (word.size() <= detail::short_word)
    detail::merge_short(word, byte_ids.data(), merges, ids);
  else
    detail::merge_long(word, byte_ids.data(), merges, ids);
}

}  // namespace snowcoder::tokenize

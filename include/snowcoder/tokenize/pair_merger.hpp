// SPDX-License-Identifier: Apache-2.0
// Merges the most frequent pair of the training text again and again, and keeps the counts of all pairs up to date.
//
// A token that spells t always comes of the same pair: as long as t is not one token, no token crosses the borders of the
// place where it will be, so the merges in there are those of t alone, whatever stands around it. Hence every merge makes a
// new token, a pair comes into being in one merge only, the one that makes its younger token, and from then on its count can
// but fall: a pair that is too rare when it arrives will never be merged, and need not wait.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/record/token_id.hpp>
#include <snowcoder/tokenize/counted_words.hpp>
#include <snowcoder/tokenize/merge_neighbours.hpp>
#include <snowcoder/tokenize/pair_counts.hpp>
#include <snowcoder/tokenize/pair_queue.hpp>
#include <snowcoder/tokenize/pair_table.hpp>
#include <snowcoder/tokenize/symbol_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

template <class Symbol>
class pair_merger {
 public:
  /// byte_ids[b] is the id of byte b; ids are below `most_ids`; a pair is merged if it occurs `minimum` times.
  pair_merger(counted_words words, token_id const (&byte_ids)[256], std::size_t most_ids, std::int64_t minimum)
      : text_(std::move(words), byte_ids),
        lengths_(most_ids),
        minimum_(std::max<std::int64_t>(1, minimum)),
        before_(most_ids),
        after_(most_ids) {
    for (auto id : byte_ids) lengths_[std::size_t(id)] = 1;
    count_pairs(byte_ids);
  }

  /// The pair to merge next, if one is left that is frequent enough.
  std::optional<std::pair<token_id, token_id>> next() {
    while (!queue_.empty()) {
      auto c = queue_.pop();
      auto const now = counts_[c.key];
      if (now != c.count) {  // other merges took some of them: back in line
        c.count = now;
        if (now >= minimum_) queue_.push(std::move(c));
        continue;
      }
      chosen_ = std::move(c);
      return std::pair(token_id(chosen_.key >> 32), token_id(chosen_.key & 0xffffffff));
    }
    return {};
  }

  /// Makes `merged`, a new id, of the pair that next() gave. A pair that is not merged is never given again.
  void merge(token_id merged) {
    left_ = token_id(chosen_.key >> 32);
    right_ = token_id(chosen_.key & 0xffffffff);
    merged_ = merged;
    lengths_[std::size_t(merged)] = length(left_) + length(right_);
    merge_places();
    chosen_.places = {};
    update_counts();
  }

 private:
  place length(token_id id) const { return lengths_[std::size_t(id)]; }

  void count_pairs(token_id const (&byte_ids)[256]) {
    struct pair_of_bytes {
      std::int64_t count = 0;
      std::uint32_t places = 0;
      place* next = nullptr;
    };
    auto const first = std::size_t(*std::min_element(byte_ids, byte_ids + 256));
    require(std::size_t(*std::max_element(byte_ids, byte_ids + 256)) == first + 255, "the bytes have adjacent ids");
    std::vector<pair_of_bytes> pairs(256 * 256);
    auto const for_each_pair = [&](auto&& visit) {
      for (place p = 1; p + 1 < text_.end(); ++p)
        if (text_[p] != text_.border && text_[p + 1] != text_.border)
          visit(p, pairs[(text_[p] - first) * 256 + (text_[p + 1] - first)]);
    };
    typename symbol_text<Symbol>::count_cursor counts(text_);
    for_each_pair([&](place p, pair_of_bytes& pair) {
      pair.count += counts.at(p);
      ++pair.places;
    });
    std::vector<candidate_pair> found;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (!pairs[i].places) continue;
      auto const key = pair_key(token_id(first + i / 256), token_id(first + i % 256));
      counts_[key] = pairs[i].count;
      if (pairs[i].count >= minimum_) found.push_back({pairs[i].count, key, place_list(pairs[i].places)});
    }
    for (auto& c : found) {
      auto const left = std::size_t(c.key >> 32) - first, right = std::size_t(c.key & 0xffffffff) - first;
      pairs[left * 256 + right].next = c.places.begin();
    }
    for_each_pair([](place p, pair_of_bytes& pair) {
      if (pair.next) *pair.next++ = p;
    });
    for (auto& c : found) queue_.push(std::move(c));
  }

  void merge_places() {
    typename symbol_text<Symbol>::count_cursor counts(text_);
    auto const step = length(left_), reach = step + length(right_);
    auto const left = Symbol(left_), right = Symbol(right_);
    constexpr std::ptrdiff_t ahead = 16;
    auto const* const end = chosen_.places.end();
    for (auto const* p = chosen_.places.begin(); p != end; ++p) {
      if (end - p > ahead) text_.prefetch(p[ahead]);
      if (text_[*p] == left && text_[*p + step] == right) merge_at(*p, step, reach, counts.at(*p));
    }
  }
  void merge_at(place p, place step, place reach, std::int64_t count) {
    auto const previous = text_[p - 1], following = text_[p + reach];
    if (previous != text_.border) before_.note(token_id(previous), p, count);
    if (following != text_.border) after_.note(token_id(following), p, count);
    text_[p + step] = text_.inside;
    text_[p] = text_[p + reach - 1] = Symbol(merged_);
  }

  /// Pairs with the old tokens lose what pairs with the merged one win; the latter queue up with their places.
  void update_counts() {
    for (auto with : before_.touched()) prefetch(pair_key(with, left_), pair_key(with, merged_));
    for (auto with : after_.touched()) prefetch(pair_key(right_, with), pair_key(merged_, with));
    for (auto with : before_.touched()) move_count(pair_key(with, left_), pair_key(with, merged_), before_.count(with));
    for (auto with : after_.touched()) move_count(pair_key(right_, with), pair_key(merged_, with), after_.count(with));

    arrivals_.reserve(before_.touched().size() + after_.touched().size());
    for (auto with : before_.touched())
      if (arrives(pair_key(with, merged_))) before_.collect(with, arrivals_.back().places);
    for (auto with : after_.touched())
      if (arrives(pair_key(merged_, with))) after_.collect(with, arrivals_.back().places);
    before_.distribute([&](token_id with, place at) { return at - length(with); });
    after_.distribute([](token_id, place at) { return at; });
    for (auto& c : arrivals_) queue_.push(std::move(c));
    arrivals_.clear();
    before_.clear();
    after_.clear();
  }
  void prefetch(std::uint64_t loser, std::uint64_t winner) const {
    counts_.prefetch(loser);
    counts_.prefetch(winner);
  }
  void move_count(std::uint64_t loser, std::uint64_t winner, std::int64_t count) {
    counts_[loser] -= count;
    counts_[winner] += count;
  }
  bool arrives(std::uint64_t key) {
    auto const count = counts_[key];
    if (count < minimum_) return false;
    arrivals_.push_back({count, key, {}});
    return true;
  }

  symbol_text<Symbol> text_;
  std::vector<place> lengths_;  // of tokens, in bytes
  std::int64_t minimum_;
  pair_counts counts_;
  pair_queue queue_;
  candidate_pair chosen_{};
  token_id left_ = 0, right_ = 0, merged_ = 0;
  merge_neighbours before_, after_;
  std::vector<candidate_pair> arrivals_;
};

}  // namespace snowcoder::tokenize

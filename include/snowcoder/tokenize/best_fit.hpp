// SPDX-License-Identifier: Apache-2.0
// Best-fit packing (an option; the paper concatenates): items are placed whole into sequences of one size, each into the
// fullest that still has room, longest first, so that few are cut (Ding et al. 2024, "Fewer Truncations Improve Language
// Modeling"). An item longer than a sequence is cut into full ones and a rest; what a sequence lacks is padding.
//
// Cost: n log(capacity), by counting sort and one list of sequences for every size of free room. Memory: 12 bytes an item.
#pragma once

#include <snowcoder/core/contract.hpp>

#include <bit>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::tokenize {

/// Part [begin, begin + length) of an item.
struct fitted_piece {
  std::uint32_t item;
  std::int64_t begin, length;
};

namespace detail {

/// A set of small numbers that finds its smallest member from a given one on.
class number_set {
 public:
  explicit number_set(std::size_t size) : words_(size / 64 + 1), groups_(words_.size() / 64 + 1) {}
  void insert(std::size_t i) {
    words_[i / 64] |= std::uint64_t(1) << (i % 64);
    groups_[i / 4096] |= std::uint64_t(1) << (i / 64 % 64);
  }
  void erase(std::size_t i) {
    if (!(words_[i / 64] &= ~(std::uint64_t(1) << (i % 64)))) groups_[i / 4096] &= ~(std::uint64_t(1) << (i / 64 % 64));
  }
  /// Smallest member >= i, or `none`.
  static constexpr std::size_t none = std::size_t(-1);
  std::size_t from(std::size_t i) const {
    if (i / 64 >= words_.size()) return none;
    if (auto const here = words_[i / 64] >> (i % 64)) return i + std::size_t(std::countr_zero(here));
    auto word = i / 64 + 1;  // the first one that may hold it
    for (auto group = word / 64; group < groups_.size(); ++group, word = group * 64)
      if (auto const some = word % 64 ? groups_[group] >> (word % 64) << (word % 64) : groups_[group]) {
        word = group * 64 + std::size_t(std::countr_zero(some));
        return word * 64 + std::size_t(std::countr_zero(words_[word]));
      }
    return none;
  }

 private:
  std::vector<std::uint64_t> words_, groups_;
};

/// The bin of every item's rest; `bins` counts them. Equal lengths go by number, equal rooms to the bin used last.
inline std::vector<std::uint32_t> bins_of_rests(std::span<std::int64_t const> lengths, std::int64_t capacity,
                                                std::uint32_t& bins) {
  constexpr auto nowhere = std::uint32_t(-1);
  std::vector<std::uint32_t> place(std::size_t(capacity) + 1), sorted(lengths.size()), bin_of(lengths.size(), nowhere);
  for (auto l : lengths) ++place[std::size_t(capacity - l % capacity)];  // longest rests first; no rest last
  for (std::uint32_t before = 0; auto& p : place) before += std::exchange(p, before);
  for (std::uint32_t i = 0; i < lengths.size(); ++i) sorted[place[std::size_t(capacity - lengths[i] % capacity)]++] = i;

  std::vector<std::uint32_t> with_room(std::size_t(capacity) + 1, nowhere), next;
  number_set rooms(std::size_t(capacity) + 1);
  for (auto i : sorted) {
    auto const length = lengths[i] % capacity;
    if (length == 0) break;
    auto room = rooms.from(std::size_t(length));
    auto bin = std::uint32_t(next.size());
    if (room == number_set::none) {
      room = std::size_t(capacity);
      next.push_back(nowhere);
    } else {
      bin = with_room[room];
      if ((with_room[room] = next[bin]) == nowhere) rooms.erase(room);
    }
    bin_of[i] = bin;
    if (auto const left = room - std::size_t(length)) {
      if (with_room[left] == nowhere) rooms.insert(left);
      next[bin] = std::exchange(with_room[left], bin);
    }
  }
  bins = std::uint32_t(next.size());
  return bin_of;
}

}  // namespace detail

/// Calls visit(span<fitted_piece const>) -> bool for every sequence of at most `capacity`, and stops when it returns false.
/// Sequences come in the order of their first item, pieces of a sequence in the order of the items. Requires lengths > 0.
template <class Visit>
void best_fit(std::span<std::int64_t const> lengths, std::int64_t capacity, Visit&& visit) {
  require(capacity > 0, "best_fit: a sequence holds something");
  require(lengths.size() < std::uint32_t(-1), "best_fit: fewer than four billion items");
  constexpr auto nowhere = std::uint32_t(-1);
  std::uint32_t bins = 0;
  auto const bin_of = detail::bins_of_rests(lengths, capacity, bins);
  std::vector<std::uint32_t> first(bins, nowhere), next(lengths.size(), nowhere);  // a list of the items of each bin
  for (auto i = std::uint32_t(lengths.size()); i-- > 0;)
    if (bin_of[i] != nowhere) next[i] = std::exchange(first[bin_of[i]], i);
  std::vector<fitted_piece> sequence;
  for (std::uint32_t i = 0; i < lengths.size(); ++i) {
    std::int64_t begin = 0;
    for (; begin + capacity <= lengths[i]; begin += capacity) {
      sequence.assign(1, {i, begin, capacity});
      if (!visit(std::span<fitted_piece const>(sequence))) return;
    }
    if (bin_of[i] == nowhere || first[bin_of[i]] != i) continue;
    sequence.clear();
    for (auto k = i; k != nowhere; k = next[k])
      sequence.push_back({k, lengths[k] / capacity * capacity, lengths[k] % capacity});
    if (!visit(std::span<fitted_piece const>(sequence))) return;
  }
}

}  // namespace snowcoder::tokenize

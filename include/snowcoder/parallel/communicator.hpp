// SPDX-License-Identifier: Apache-2.0
// What a trainer asks of the processes that share a step. Ranks own contiguous parts of a step's sequences; sums are made
// over pairs of neighbours, then over pairs of pairs: the tree that a process alone walks over its lanes (train/lanes.hpp), so
// the number of processes changes no bit. The sums of a flat array are owned: each rank has those of one part of it, keeps the
// optimizer's moments for that part alone, and updates it (ZeRO stage 1, arXiv 1910.02054).
#pragma once

#include <concepts>
#include <cstdint>

namespace snowcoder::parallel {

template <class C>
concept communicator = requires(C& c, float* values, float const* mine, std::int64_t size, double value, bool flag) {
  { c.rank() } -> std::same_as<int>;
  { c.size() } -> std::same_as<int>;                  ///< a power of two
  { c.rank_on_this_machine() } -> std::same_as<int>;  ///< of those that share its processors
  c.sum_to_owners(values, size);  ///< element by element over all ranks; a rank has the sums of owned_by(size, …)
  c.from_owners(values, size);    ///< from each rank what it owns, left on every rank
  c.collect(mine, values, size);  ///< the same, left on rank 0 alone; `mine`: only what this rank owns
  { c.sum_over_owners(value) } -> std::same_as<double>;  ///< a number of each rank, in the tree of the parts that they own
  { c.sum(value) } -> std::same_as<double>;              ///< in rank order
  { c.any(flag) } -> std::same_as<bool>;                 ///< whether it is true on some rank
  { c.from_first(size) } -> std::same_as<std::int64_t>;  ///< rank 0's value
  c.wait_for_all();
};

/// The part of `count` items that a rank owns: [first, last), sizes differing by at most one.
struct share {
  std::int64_t first, last;
  constexpr std::int64_t size() const { return last - first; }
  friend constexpr bool operator==(share const&, share const&) = default;
};
constexpr share share_of(std::int64_t count, int rank, int size) { return {count * rank / size, count * (rank + 1) / size}; }

/// One of the two halves of a part; their border is a multiple of 64 elements from its begin where that is possible.
constexpr share half_of(share all, bool upper) {
  std::int64_t half = all.size() / 2;
  if (half >= 64) half -= half % 64;
  return upper ? share{all.first + half, all.last} : share{all.first, all.first + half};
}
/// What a rank owns of `count` elements: a half for its lowest bit, of that a half for the next bit, and so on. `size` is a
/// power of two.
constexpr share owned_by(std::int64_t count, int rank, int size) {
  share all{0, count};
  for (int distance = 1; distance < size; distance *= 2) all = half_of(all, (rank & distance) != 0);
  return all;
}

}  // namespace snowcoder::parallel

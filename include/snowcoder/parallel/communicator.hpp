// SPDX-License-Identifier: Apache-2.0
// What a trainer asks of the processes that share a step. Ranks own contiguous parts of a step's sequences; sums are made
// over pairs of neighbours, then over pairs of pairs: the tree that a process alone walks over its lanes (train/lanes.hpp), so
// the number of processes changes no bit.
#pragma once

#include <concepts>
#include <cstdint>

namespace snowcoder::parallel {

template <class C>
concept communicator = requires(C& c, float* gradient, std::int64_t size, double value, bool flag) {
  { c.rank() } -> std::same_as<int>;
  { c.size() } -> std::same_as<int>;  ///< a power of two
  c.sum(gradient, size);              ///< element by element over all ranks, left on every rank
  { c.sum(value) } -> std::same_as<double>;
  { c.any(flag) } -> std::same_as<bool>;                 ///< whether it is true on some rank
  { c.from_first(size) } -> std::same_as<std::int64_t>;  ///< rank 0's value
  c.wait_for_all();
};

/// The part of `count` items that a rank owns: [first, last), sizes differing by at most one.
struct share {
  std::int64_t first, last;
  constexpr std::int64_t size() const { return last - first; }
};
constexpr share share_of(std::int64_t count, int rank, int size) { return {count * rank / size, count * (rank + 1) / size}; }

}  // namespace snowcoder::parallel

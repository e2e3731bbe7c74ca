// SPDX-License-Identifier: Apache-2.0
// What a trainer asks of the processes that share a step. Ranks own contiguous parts of a step's sequences; sums are made
// in rank order, so that every process holds the same bits afterwards.
#pragma once

#include <concepts>
#include <cstdint>

namespace snowcoder::parallel {

template <class C>
concept communicator = requires(C& c, float* gradient, std::int64_t size, double value) {
  { c.rank() } -> std::same_as<int>;
  { c.size() } -> std::same_as<int>;
  c.sum(gradient, size);  ///< element by element over all ranks, left on every rank
  { c.sum(value) } -> std::same_as<double>;
  c.wait_for_all();
};

/// The part of `count` items that a rank owns: [first, last), sizes differing by at most one.
struct share {
  std::int64_t first, last;
};
constexpr share share_of(std::int64_t count, int rank, int size) { return {count * rank / size, count * (rank + 1) / size}; }

}  // namespace snowcoder::parallel

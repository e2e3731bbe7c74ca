// SPDX-License-Identifier: Apache-2.0
// The order in which a step's gradient is added. Its sequences are cut into a fixed number of lanes; a lane adds its sequences
// one after the other, and lanes are added in pairs, pairs in pairs. A rank owns whole neighbouring lanes, so any number of
// ranks that divides the lanes forms the same sums in the same order.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>

namespace snowcoder::train {

/// Lanes of a rank. As many ranks as a recipe has lanes can share its steps. More lanes cost memory for one more gradient per
/// doubling, and a pass over the gradient each.
template <class R>
constexpr parallel::share lanes_of(int rank, int size) {
  static_assert(std::has_single_bit(unsigned(R::reduction_lanes)), "lanes are added in pairs");
  return parallel::share_of(R::reduction_lanes, rank, size);
}

/// Gradients that stand at once while lanes [first, last) of a step of `sequences` sequences are added.
template <class R>
constexpr int gradients_at_once(std::int64_t sequences, int first = 0, int last = R::reduction_lanes) {
  if (last - first == 1) return parallel::share_of(sequences, first, R::reduction_lanes).size() > 0;
  int const middle = first + (last - first) / 2;
  int const left = gradients_at_once<R>(sequences, first, middle), right = gradients_at_once<R>(sequences, middle, last);
  return std::max(left, right + (left > 0 && right > 0));
}

}  // namespace snowcoder::train

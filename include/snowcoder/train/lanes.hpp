// SPDX-License-Identifier: Apache-2.0
// The order in which a step's gradient is added. Its sequences are cut into a fixed number of lanes; a lane adds its sequences
// one after the other, and lanes are added in pairs, pairs in pairs. A rank owns whole neighbouring lanes, so any number of
// ranks that divides the lanes forms the same sums in the same order.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#include <bit>
#include <cstdint>

namespace snowcoder::train {

/// A recipe may name its own power of two as `reduction_lanes`: as many ranks can share its steps. More lanes cost memory for
/// one more gradient per doubling, and a pass over the gradient each.
template <class R>
consteval int reduction_lanes() {
  if constexpr (requires { R::reduction_lanes; })
    return R::reduction_lanes;
  else
    return 4;
}

/// Lanes of a rank.
template <class R>
constexpr parallel::share lanes_of(int rank, int size) {
  static_assert(std::has_single_bit(unsigned(reduction_lanes<R>())), "lanes are added in pairs");
  return parallel::share_of(reduction_lanes<R>(), rank, size);
}

}  // namespace snowcoder::train

// SPDX-License-Identifier: Apache-2.0
// One process alone: every sum over ranks is the value itself, and it owns everything.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::parallel {

struct solo {
  int rank() const { return 0; }
  int size() const { return 1; }
  int rank_on_this_machine() const { return 0; }
  void sum_to_owners(float*, std::int64_t) const {}
  void from_owners(float*, std::int64_t) const {}
  template <class V>
  void collect(V const* mine, V* all, std::int64_t size) const {
    std::copy_n(mine, size, all);
  }
  double sum_over_owners(double value) const { return value; }
  double sum(double value) const { return value; }
  bool any(bool flag) const { return flag; }
  std::int64_t from_first(std::int64_t value) const { return value; }
  void wait_for_all() const {}
};
static_assert(communicator<solo>);

}  // namespace snowcoder::parallel

// SPDX-License-Identifier: Apache-2.0
// One process alone: every sum over ranks is the value itself.
#pragma once

#include <snowcoder/parallel/communicator.hpp>

#include <cstdint>

namespace snowcoder::parallel {

struct solo {
  int rank() const { return 0; }
  int size() const { return 1; }
  void sum(float*, std::int64_t) const {}
  double sum(double value) const { return value; }
  bool any(bool flag) const { return flag; }
  std::int64_t from_first(std::int64_t value) const { return value; }
  void wait_for_all() const {}
};
static_assert(communicator<solo>);

}  // namespace snowcoder::parallel

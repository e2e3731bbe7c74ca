// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/evaluate/pass_at_k.hpp>

#include <vector>

using namespace snowcoder::evaluate;

namespace {
/// By counting all ways to choose k of n.
double counted(int n, int c, int k) {
  int hit = 0, all = 0;
  for (unsigned set = 0; set < (1u << n); ++set) {
    if (__builtin_popcount(set) != k) continue;
    ++all;
    hit += (set & ((1u << c) - 1)) != 0;
  }
  return double(hit) / all;
}
}  // namespace

TEST_CASE("pass@k is the share of k-subsets with a pass") {
  for (int n = 1; n <= 10; ++n)
    for (int c = 0; c <= n; ++c)
      for (int k = 1; k <= n; ++k) CHECK(pass_at_k(n, c, k) == Approx(counted(n, c, k)).margin(1e-12));
}

TEST_CASE("a mean over tasks is given only when every task has enough samples") {
  std::vector<task_count> const tasks{{10, 10}, {10, 0}, {10, 5}};
  CHECK(*pass_at_k(tasks, 1) == Approx(0.5));
  CHECK(pass_at_k(tasks, 10));
  CHECK_FALSE(pass_at_k(tasks, 11));
  CHECK_FALSE(pass_at_k(std::vector<task_count>{}, 1));
}

// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/core/thread_pool.hpp>

#include <atomic>
#include <stdexcept>
#include <vector>

using snowcoder::thread_pool;

TEST_CASE("every index is visited once, whatever the threads") {
  for (int threads : {1, 2, 5}) {
    thread_pool pool(threads);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::atomic<int>> seen(37);
      pool.for_each_index(37, [&](std::int64_t i) { ++seen[std::size_t(i)]; });
      for (auto const& s : seen) REQUIRE(s == 1);
    }
  }
}

TEST_CASE("an exception of a body reaches the caller, and the pool lives on") {
  thread_pool pool(3);
  CHECK_THROWS_AS(pool.for_each_index(10,
                                      [](std::int64_t i) {
                                        if (i == 4) throw std::runtime_error("four");
                                      }),
                  std::runtime_error);
  std::atomic<int> n = 0;
  pool.for_each_index(10, [&](std::int64_t) { ++n; });
  CHECK(n == 10);
}

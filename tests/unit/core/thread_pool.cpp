// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/core/thread_pool.hpp>

#include <sched.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
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

TEST_CASE("rounds that follow at once and rounds that find the threads asleep are both complete") {
  thread_pool pool(2);
  std::int64_t sum = 0;
  for (int round = 0; round < 5000; ++round) {
    // Up to twice as long as a thread stays awake, now and then; each round reads what the one before wrote.
    if (round % 16 == 0) std::this_thread::sleep_for(std::chrono::microseconds(round / 16 % 100));
    std::array<std::int64_t, 3> parts{};
    pool.for_each_index(3, [&](std::int64_t i) { parts[std::size_t(i)] = sum + i; });
    REQUIRE((parts == std::array{sum, sum + 1, sum + 2}));
    sum = parts[2];
  }
  CHECK(sum == 10000);
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

TEST_CASE("pinned threads run on the processors that they were given, one each") {
  auto const allowed = snowcoder::allowed_processors();
  REQUIRE(!allowed.empty());
  std::vector<int> processors;
  for (std::size_t i = 0; i < 3; ++i) processors.push_back(allowed[i % allowed.size()]);
  std::jthread([&] {  // whose own processors do not matter to other tests
    thread_pool pool(3);
    REQUIRE(pool.pin(processors));
    for (int round = 0; round < 50; ++round) {
      std::mutex mutex;
      std::vector<int> wrong;
      pool.for_each_index(20, [&](std::int64_t) {
        cpu_set_t set;
        ::sched_getaffinity(0, sizeof set, &set);
        bool const one = CPU_COUNT(&set) == 1 && CPU_ISSET(::sched_getcpu(), &set);
        std::lock_guard lock(mutex);
        if (!one) wrong.push_back(round);
      });
      CHECK(wrong.empty());
    }
    CHECK_FALSE(pool.pin({allowed.back() + 1, allowed.back() + 1, allowed.back() + 1}));
    CHECK(snowcoder::keep_this_thread_on(allowed));
    cpu_set_t set;
    ::sched_getaffinity(0, sizeof set, &set);
    CHECK(std::size_t(CPU_COUNT(&set)) == allowed.size());
  })
      .join();
}

// SPDX-License-Identifier: Apache-2.0
// Ranks that are threads of one process and take turns: one runs until it waits for the others, so that they may share what is
// not made for threads, such as an emulated GPU.
#pragma once

#include <snowcoder/parallel/communicator.hpp>
#include <snowcoder/parallel/tree_exchange.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace snowcoder::tests {

class thread_world {
 public:
  /// Calls body(world) for each of `size` ranks, a thread each.
  template <class Body>
  static void run(int size, Body const& body) {
    auto const ranks = std::size_t(size);
    meeting_place place{.arrays = std::vector<float*>(ranks),
                        .parts = std::vector<void const*>(ranks),
                        .numbers = std::vector<double>(ranks),
                        .counts = std::vector<std::int64_t>(ranks)};
    std::vector<std::jthread> threads;
    for (int r = 0; r < size; ++r)
      threads.emplace_back([&, r] {
        thread_world world(place, r);
        body(world);
      });
  }

  int rank() const { return rank_; }
  int size() const { return int(place_.arrays.size()); }
  int rank_on_this_machine() const { return rank_; }

  void sum_to_owners(float* values, std::int64_t count) {
    auto const arrays = exchange(place_.arrays, values);
    auto const mine = parallel::owned_by(count, rank_, size());
    std::vector<float> sums;
    for (auto i = mine.first; i < mine.last; ++i)
      sums.push_back(parallel::tree_sum(size(), [&](int r) { return arrays[std::size_t(r)][i]; }));
    wait_for_all();
    std::copy(sums.begin(), sums.end(), values + mine.first);
  }
  void from_owners(float* values, std::int64_t count) {
    auto const arrays = exchange(place_.arrays, values);
    for (int r = 0; r < size(); ++r)
      if (auto const theirs = parallel::owned_by(count, r, size()); r != rank_)
        std::copy_n(arrays[std::size_t(r)] + theirs.first, theirs.size(), values + theirs.first);
    wait_for_all();
  }
  template <class V>
  void collect(V const* mine, V* all, std::int64_t count) {
    auto const parts = exchange(place_.parts, static_cast<void const*>(mine));
    for (int r = 0; rank_ == 0 && r < size(); ++r) {
      auto const part = parallel::owned_by(count, r, size());
      std::copy_n(static_cast<V const*>(parts[std::size_t(r)]), part.size(), all + part.first);
    }
    wait_for_all();
  }
  double sum_over_owners(double value) {
    auto all = exchange(place_.numbers, value);
    for (auto distance = all.size() / 2; distance >= 1; distance /= 2) {
      auto const before = all;
      for (std::size_t r = 0; r < all.size(); ++r) all[r] = before[r] + before[r ^ distance];
    }
    return all[std::size_t(rank_)];
  }
  double sum(double value) {
    double total = 0;
    for (double v : exchange(place_.numbers, value)) total += v;
    return total;
  }
  bool any(bool flag) { return sum(flag) > 0; }
  std::int64_t from_first(std::int64_t value) { return exchange(place_.counts, value).front(); }
  void wait_for_all() {
    if (++place_.waiting == size()) {
      place_.waiting = 0;
      ++place_.round;
      place_.moved.notify_all();
      return;
    }
    place_.moved.wait(turn_, [&, round = place_.round] { return place_.round != round; });
  }

 private:
  struct meeting_place {
    std::vector<float*> arrays;
    std::vector<void const*> parts;
    std::vector<double> numbers;
    std::vector<std::int64_t> counts;
    std::mutex turn{};
    std::condition_variable moved{};
    int waiting = 0;
    std::int64_t round = 0;
  };
  thread_world(meeting_place& place, int rank) : place_(place), rank_(rank), turn_(place.turn) {}

  /// What every rank gave.
  template <class V>
  std::vector<V> exchange(std::vector<V>& slots, V mine) {
    slots[std::size_t(rank_)] = mine;
    wait_for_all();
    auto all = slots;
    wait_for_all();
    return all;
  }

  meeting_place& place_;
  int rank_;
  std::unique_lock<std::mutex> turn_;
};
static_assert(parallel::communicator<thread_world>);

}  // namespace snowcoder::tests

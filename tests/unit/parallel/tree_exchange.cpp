// SPDX-License-Identifier: Apache-2.0
// The exchange of gradients between GPUs, over links between threads: 2, 4 and 8 ranks end with the bits of the tree's sum, for
// sizes that divide and that do not, in one piece and in many. The kernel that adds is run as well, on the emulated GPU.
#include "support/on_gpu.hpp"

#include <snowcoder/backend/cuda/sum_ranks.hpp>
#include <snowcoder/parallel/tree_exchange.hpp>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

using namespace snowcoder;
using namespace snowcoder::tests;
using parallel::owned_by;

namespace {

class post_office {
 public:
  void put(int from, int to, std::vector<float> letter) {
    std::lock_guard lock(mutex_);
    letters_[{from, to}].push_back(std::move(letter));
    arrived_.notify_all();
  }
  std::vector<float> take(int from, int to) {
    std::unique_lock lock(mutex_);
    auto& box = letters_[{from, to}];
    arrived_.wait(lock, [&] { return !box.empty(); });
    auto letter = std::move(box.front());
    box.pop_front();
    return letter;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::pair<int, int>, std::deque<std::vector<float>>> letters_;
};

/// As NCCL's groups: nothing moves before end().
struct thread_link {
  post_office& office;
  int rank;
  struct step {
    float const* from;
    float* to;
    std::int64_t count;
    int other;
  };
  std::vector<step> steps{};
  void begin() { steps.clear(); }
  void send(float const* from, std::int64_t count, int other) { steps.push_back({from, nullptr, count, other}); }
  void receive(float* to, std::int64_t count, int other) { steps.push_back({nullptr, to, count, other}); }
  void end() {
    for (auto const& s : steps)
      if (s.from) office.put(rank, s.other, {s.from, s.from + s.count});
    for (auto const& s : steps)
      if (s.to) {
        auto const letter = office.take(s.other, rank);
        if (std::int64_t(letter.size()) != s.count) std::abort();
        std::memcpy(s.to, letter.data(), letter.size() * sizeof(float));
      }
  }
};

/// Of ranks [first, last), by halves.
float sum_by_halves(std::vector<std::vector<float>> const& all, std::size_t first, std::size_t last, std::size_t i) {
  if (last - first == 1) return all[first][i];
  auto const middle = first + (last - first) / 2;
  return sum_by_halves(all, first, middle, i) + sum_by_halves(all, middle, last, i);
}

void exchange(int ranks, std::int64_t count, std::int64_t piece) {
  std::vector<std::vector<float>> given;
  for (int r = 0; r < ranks; ++r) given.push_back(normal<float>("gradient" + std::to_string(r), count, 1 + 100 * (r % 3)));
  std::vector<float> expected_sum(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < expected_sum.size(); ++i) expected_sum[i] = sum_by_halves(given, 0, given.size(), i);
  auto held = given;
  std::vector<float> collected(expected_sum.size(), -1.0f);
  std::vector<char> owner_right(std::size_t(ranks), 0);
  post_office office;
  {
    std::vector<std::jthread> threads;
    for (int r = 0; r < ranks; ++r)
      threads.emplace_back([&, r] {
        auto* const values = held[std::size_t(r)].data();
        thread_link link{office, r};
        parallel::place_among const me{r, ranks};
        std::vector<float> inbox(std::size_t(ranks * piece), -3.0f);
        parallel::sum_to_owners(link, me, values, count, inbox.data(), piece, [&](float* to, float const* in, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i)
            to[i] = parallel::tree_sum(ranks, [&](int other) { return other == r ? to[i] : in[other * n + i]; });
        });
        auto const mine = owned_by(count, r, ranks);
        owner_right[std::size_t(r)] = std::equal(values + mine.first, values + mine.last, expected_sum.data() + mine.first);
        parallel::collect_parts(link, me, values + mine.first, collected.data(), count);
        parallel::from_owners(link, me, values, count);
      });
  }
  INFO(ranks << " ranks, " << count << " elements, " << piece << " at a time");
  for (int r = 0; r < ranks; ++r) {
    CHECK(owner_right[std::size_t(r)]);
    CHECK(held[std::size_t(r)] == expected_sum);
  }
  auto const first = owned_by(count, 0, ranks);
  std::copy(expected_sum.begin() + first.first, expected_sum.begin() + first.last, collected.begin() + first.first);
  CHECK(collected == expected_sum);
}

}  // namespace

TEST_CASE("tree exchange: parts cover an array once, whatever its size") {
  for (int ranks : {1, 2, 4, 8, 64})
    for (std::int64_t count : {0, 1, 5, 63, 64, 1000, 100'003}) {
      std::vector<int> owners(std::size_t(count), 0);
      for (int r = 0; r < ranks; ++r)
        for (auto i = owned_by(count, r, ranks).first; i < owned_by(count, r, ranks).last; ++i) ++owners[std::size_t(i)];
      CHECK(std::count(owners.begin(), owners.end(), 1) == count);
    }
}

TEST_CASE("tree exchange: every rank has the bits of the tree's sum") {
  for (int ranks : {1, 2, 4, 8})
    for (std::int64_t count : {1, 3, 7, 64, 1000, 5003}) {
      exchange(ranks, count, 1 << 13);
      exchange(ranks, count, 100);
    }
}

TEST_CASE("gpu: ranks are added in the order of the tree", "[gpu]") {
  if (!gpu_at_hand()) return;
  cuda::device d;
  constexpr std::int64_t size = 777;
  for (int ranks : {1, 2, 4, 8, 64})
    for (int own : {0, ranks - 1}) {
      auto rows = normal<float>("rows", ranks * size, 10);
      std::vector<float> own_row(rows.begin() + own * size, rows.begin() + (own + 1) * size), expected_sum(own_row.size());
      for (std::int64_t i = 0; i < size; ++i)
        expected_sum[std::size_t(i)] = parallel::tree_sum(ranks, [&](int r) { return rows[std::size_t(r * size + i)]; });
      std::fill(rows.begin() + own * size, rows.begin() + (own + 1) * size, 1e30f);
      on_gpu<float> values(d, own_row);
      on_gpu<float> const others(d, rows);
      cuda::sum_ranks(d, values.data(), others.data(), ranks, own, size);
      CHECK(values.host() == expected_sum);
    }
}

// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/parallel/solo.hpp>
#include <snowcoder/train/loader.hpp>
#include <snowcoder/train/permutation.hpp>

#include <algorithm>
#include <set>
#include <vector>

using namespace snowcoder;

namespace {

/// Token i is i itself.
struct counting_source {
  std::int64_t size;
  std::int64_t tokens() const { return size; }
  void copy(std::int64_t first, std::span<token_id> out) const {
    REQUIRE(first >= 0);
    REQUIRE(first + std::int64_t(out.size()) <= size);
    for (auto& id : out) id = token_id(first++);
  }
};
using loader = train::loader<counting_source>;

std::vector<token_id> read(loader const& data, std::int64_t first, std::int64_t count, int context) {
  std::vector<token_id> out(std::size_t(count * (context + 1)));
  data.read(first, {out.data(), count, context + 1});
  return out;
}

}  // namespace

TEST_CASE("a permutation takes every place once", "[train]") {
  draws const source("test", 7);
  for (std::uint64_t size : {1ull, 2ull, 3ull, 4ull, 5ull, 16ull, 17ull, 1000ull, 4097ull}) {
    std::vector<bool> taken(size);
    train::permutation const p(size, source, 3);
    for (std::uint64_t i = 0; i < size; ++i) {
      auto const to = p(i);
      REQUIRE(to < size);
      REQUIRE_FALSE(taken[to]);
      taken[to] = true;
    }
  }
}

TEST_CASE("a permutation of trillions stays inside and spreads", "[train]") {
  train::permutation const p(1'000'000'000'007ull, draws("test", 1), 0);
  std::set<std::uint64_t> seen;
  int upper = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    auto const to = p(i);
    REQUIRE(to < p.size());
    seen.insert(to);
    upper += to >= p.size() / 2;
  }
  CHECK(seen.size() == 2000);
  CHECK(upper > 850);  // 1000 expected, standard deviation 22
  CHECK(upper < 1150);
}

TEST_CASE("orders differ by seed and by pass", "[train]") {
  auto order = [](std::uint64_t seed, std::uint64_t pass) {
    train::permutation const p(100, draws("test", seed), pass);
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < 100; ++i) all.push_back(p(i));
    return all;
  };
  CHECK(order(1, 0) == order(1, 0));
  CHECK(order(1, 0) != order(2, 0));
  CHECK(order(1, 0) != order(1, 1));
}

TEST_CASE("sequences overlap by the token that is target and input", "[train]") {
  counting_source const source{10 * 4 + 1 + 3};  // ten sequences, three tokens too many
  loader const data(source, 4, "phase", config::epoch_order::reshuffle, 5);
  CHECK(data.sequences() == 10);
  std::set<token_id> starts;
  for (std::int64_t i = 0; i < 10; ++i) {
    auto const row = read(data, i, 1, 4);
    REQUIRE(row[0] % 4 == 0);
    for (int j = 1; j <= 4; ++j) REQUIRE(row[std::size_t(j)] == row[0] + j);
    starts.insert(row[0]);
  }
  CHECK(starts.size() == 10);  // a pass reads every sequence once
}

TEST_CASE("a second pass has its own order, or the same one", "[train]") {
  counting_source const source{64 * 8 + 1};
  auto pass = [&](config::epoch_order order, std::int64_t number) {
    loader const data(source, 8, "phase", order, 5);
    CHECK(data.pass_of(number * 64 + 63) == number);
    return read(data, number * 64, 64, 8);
  };
  auto const first = pass(config::epoch_order::reshuffle, 0), second = pass(config::epoch_order::reshuffle, 1);
  CHECK(first != second);
  auto sorted = [](std::vector<token_id> v) { return std::sort(v.begin(), v.end()), v; };
  CHECK(sorted(first) == sorted(second));
  CHECK(pass(config::epoch_order::same, 0) == pass(config::epoch_order::same, 1));
}

TEST_CASE("what is read does not depend on how a step is cut", "[train]") {
  counting_source const source{50 * 6 + 1};
  loader const data(source, 6, "phase", config::epoch_order::reshuffle, 9);
  auto const whole = read(data, 40, 24, 6);  // crosses into the second pass
  for (int ranks : {1, 2, 3, 5, 24}) {
    std::vector<token_id> joined;
    for (int rank = 0; rank < ranks; ++rank) {
      auto const mine = parallel::share_of(24, rank, ranks);
      auto const part = read(data, 40 + mine.first, mine.last - mine.first, 6);
      joined.insert(joined.end(), part.begin(), part.end());
    }
    CHECK(joined == whole);
  }
}

TEST_CASE("sequences packed by best fit stand side by side", "[train]") {
  counting_source const source{7 * 5};
  loader const data(source, 4, "phase", config::epoch_order::reshuffle, 5, config::packing::best_fit);
  CHECK(data.sequences() == 7);
  std::set<token_id> seen;
  for (auto id : read(data, 0, 7, 4)) seen.insert(id);
  CHECK(seen.size() == 35);  // every token once
  CHECK(read(data, 3, 1, 4)[0] % 5 == 0);
}

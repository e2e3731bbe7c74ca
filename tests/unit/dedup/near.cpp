// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/dedup/rank.hpp>

#include "support/catch.hpp"

#include <cmath>
#include <string>

using namespace snowcoder;
using namespace snowcoder::dedup;

namespace {
struct settings {
  static constexpr config::near_duplicate near_duplicates{};
};
struct many_permutations {
  static constexpr config::near_duplicate near_duplicates{.bands = 64, .rows = 16};
};
shingle_set numbers(int first, int last) {
  shingle_set s;
  for (int i = first; i < last; ++i) s.push_back(mix64(std::uint64_t(i), 7));
  std::sort(s.begin(), s.end());
  return s;
}
}  // namespace

TEST_CASE("known answers: hit probabilities of published settings") {
  struct row {
    int bands, rows;
    double at_6, at_7, at_8;
  };
  for (auto const r :
       {row{14, 8, .21, .57, .92}, row{20, 13, .03, .18, .68}, row{25, 10, .14, .51, .94}, row{24, 10, .14, .50, .94}}) {
    CHECK(std::abs(hit_probability(.6, r.bands, r.rows) - r.at_6) < .006);
    CHECK(std::abs(hit_probability(.7, r.bands, r.rows) - r.at_7) < .006);
    CHECK(std::abs(hit_probability(.8, r.bands, r.rows) - r.at_8) < .006);
  }
}

TEST_CASE("shingles are sets of runs of words") {
  CHECK(jaccard(shingles("a = 1", 1), shingles("a = 2", 1)) == Approx(1.0 / 3));
  std::int64_t words = 0;
  CHECK(shingles("One two, THREE_3 four", 2, words).size() == 3);
  CHECK(words == 4);
  CHECK(shingles("one two", 2) == shingles("  ONE --- two!", 2));
  CHECK(shingles("one two", 2) != shingles("two one", 2));
  CHECK(shingles("one", 5).size() == 1);  // fewer words than a run: one run
  CHECK(shingles("a b a b a b", 2).size() == 2);
  CHECK(shingles("x y z q a b c d e", 5).back() != 0);
  // a run's hash does not depend on what stands before it
  auto const alone = shingles("b c d e f", 5), later = shingles("a b c d e f", 5);
  CHECK(std::includes(later.begin(), later.end(), alone.begin(), alone.end()));
  CHECK(jaccard({}, {}) == 1.0);
}

TEST_CASE("equal values of two signatures estimate the Jaccard index") {
  for (int shared : {100, 300, 500, 700, 900}) {
    auto const a = numbers(0, 1000), b = numbers(1000 - shared, 2000 - shared);
    auto const x = minhash<many_permutations>::sign(a), y = minhash<many_permutations>::sign(b);
    double equal = 0;
    for (std::size_t i = 0; i < x.size(); ++i) equal += x[i] == y[i];
    CHECK(std::abs(equal / double(x.size()) - jaccard(a, b)) <
          4.0 / std::sqrt(double(x.size())) / 2);  // four standard deviations at most
  }
}

TEST_CASE("exact duplicates are confirmed, collisions are not duplicates") {
  std::vector<std::string> const texts{"a", "b", "a", "c", "b"};
  std::vector<content_key> keys;
  for (auto const& t : texts) keys.push_back({hash(t), t.size()});
  auto const same = [&](auto i, auto j) { return texts[i] == texts[j]; };
  CHECK(exact_duplicates(keys, same) == std::vector<std::uint32_t>{0, 1, 0, 3, 1});
  std::vector<content_key> const colliding(5, content_key{{1, 2}, 1});
  CHECK(exact_duplicates(colliding, same) == std::vector<std::uint32_t>{0, 1, 0, 3, 1});
}

TEST_CASE("candidates that are not alike are not joined") {
  // one band key for all: every pair is a candidate; only the true index decides
  std::vector<shingle_set> const sets{numbers(0, 100), numbers(10, 110), numbers(500, 600), numbers(20, 120), numbers(0, 60)};
  thread_pool pool(2);
  auto const r = near_duplicates<settings>(
      5, {0, 1, 2, 3, 4}, [](auto, int) { return 1ull; }, [&](auto i) { return sets[i]; }, pool);
  CHECK(r.keeper == std::vector<std::uint32_t>{0, 0, 2, 0, 4});  // 0~1 .82, 1~3 .82, 0~3 .67 through 1; 0~4 .6
}

TEST_CASE("the better copy is kept") {
  std::vector<standing> const items{
      {-1, false, 10, {0, 1}}, {5, false, 1, {0, 2}}, {-1, true, 1, {0, 3}}, {-1, false, 20, {0, 4}}, {-1, false, 10, {0, 0}}};
  CHECK(ranked(items) == std::vector<std::uint32_t>{1, 2, 3, 4, 0});
  CHECK(is_permissive("Apache-2.0"));
  CHECK_FALSE(is_permissive("GPL-3.0"));
}

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
struct defaults {
  static constexpr config::near_duplicate near_duplicates{};
};
}  // namespace

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
    constexpr auto n = minhash<many_permutations>::permutations;
    double equal = 0;
    for (std::size_t i = 0; i < n; ++i) equal += x.value[i] == y.value[i];
    CHECK(std::abs(equal / double(n) - jaccard(a, b)) < 4.0 / std::sqrt(double(n)) / 2);  // four standard deviations at most
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
  std::vector<content_key> const halves{{{1, 2}, 1}, {{1, 3}, 1}, {{1, 2}, 1}, {{1, 2}, 2}, {{1, 3}, 1}};
  CHECK(exact_duplicates(halves, [](auto, auto) { return true; }) == std::vector<std::uint32_t>{0, 1, 0, 3, 1});
}

TEST_CASE("the example of dedup/near.hpp") {
  std::string const code = "for (int i = 0; i < n; ++i) total += weights[i] * values[i];\nreturn total / n;\n";
  std::vector<std::string> const texts{code, "a b", code + "// mean\n", "a b", "one two three four five six seven"};
  thread_pool pool(2);
  std::vector<minhash<defaults>::band_keys> keys(texts.size());
  std::vector<std::uint32_t> comparable;
  for (std::uint32_t i = 0; i < texts.size(); ++i) {
    std::int64_t units = 0;
    keys[i] = minhash<defaults>::keys(texts[i], units);
    if (units >= defaults::near_duplicates.minimum_words) comparable.push_back(i);
  }
  auto const found = near_duplicates<defaults>(
      std::uint32_t(texts.size()), comparable, [&](auto i, int band) { return keys[i][std::size_t(band)]; },
      [&](auto i) { return shingles(texts[i], defaults::near_duplicates); }, pool);
  CHECK(found.keeper == std::vector<std::uint32_t>{0, 1, 0, 3, 4});
}

TEST_CASE("candidates that are not alike are not joined") {
  // one band key for all: every pair is a candidate; only the true index decides
  std::vector<shingle_set> const sets{numbers(0, 100), numbers(10, 110), numbers(500, 600), numbers(20, 120), numbers(0, 60)};
  thread_pool pool(2);
  auto const r = near_duplicates<settings>(
      5, {0, 1, 2, 3, 4}, [](auto, int) { return 1ull; }, [&](auto i) { return sets[i]; }, pool);
  CHECK(r.keeper == std::vector<std::uint32_t>{0, 0, 2, 0, 4});  // 0~1 .82, 1~3 .82, 0~3 .67 through 1; 0~4 .6
}

TEST_CASE("the better copy is kept, by the rule that is named") {
  using enum licence_kind;
  std::vector<standing> const items{{.bytes = 10, .created = 20200101000000, .id = {0, 1}},
                                    {.stars = 5, .bytes = 1, .id = {0, 2}},
                                    {.forks = 9, .licence = permissive, .bytes = 1, .created = 20190101000000, .id = {0, 3}},
                                    {.licence = other, .bytes = 20, .created = 20180101000000, .id = {0, 4}},
                                    {.bytes = 10, .id = {0, 0}}};
  using order = std::vector<std::uint32_t>;
  CHECK(ranked(items) == order{1, 2, 4, 0, 3});
  CHECK(ranked<keep_by<largest>>(items) == order{3, 4, 0, 1, 2});
  CHECK(ranked<keep_by<smallest>>(items) == order{1, 2, 4, 0, 3});
  CHECK(ranked<keep_by<earliest>>(items) == order{3, 2, 0, 4, 1});
  CHECK(ranked<keep_by<latest>>(items) == order{0, 2, 3, 4, 1});
  CHECK(ranked<keep_by<>>(items) == order{4, 0, 1, 2, 3});
  CHECK(ranked<bigcode_keeper>(items) == order{2, 1, 0, 4, 3});
  CHECK(ranked<stack_v3_keeper>(items) == order{1, 2, 0, 4, 3});
  CHECK(default_keeper::text() == "keep_by<most_stars, permissive_licence, largest>");
}

TEST_CASE("dates are ordered as numbers") {
  CHECK(date_number("2021-03-04T05:06:07.123Z") == 20210304050607);
  CHECK(date_number("2021-03-04") == 20210304000000);
  CHECK(date_number("2021-03-04 05:06:07+02:00") == 20210304050607);
  CHECK(date_number("") == 0);
  CHECK(date_number("yesterday") == 0);
}

static_assert(keeps_one<default_keeper> && keeps_one<keep_by<>>);
static_assert(!keep_rule<int> && !keep_rule<standing>);

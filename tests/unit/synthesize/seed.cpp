// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/synthesize/seed.hpp>

#include <map>
#include <set>
#include <string>

using namespace snowcoder;
using namespace snowcoder::synthesize;

namespace {
std::string numbered(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}
std::vector<chosen_document> pool(int python, int java) {
  std::vector<chosen_document> all;
  for (int i = 0; i < python; ++i) all.push_back({"p" + std::to_string(i), config::language::python, 1.0 / (i + 1), 10});
  for (int i = 0; i < java; ++i) all.push_back({"j" + std::to_string(i), config::language::java, 1.0 / (i + 1), 10});
  return all;
}
std::map<config::language, int> by_language(std::vector<chosen_document> const& seeds) {
  std::map<config::language, int> n;
  for (auto const& s : seeds) ++n[s.language];
  return n;
}
}  // namespace

TEST_CASE("a short seed is shown whole, a long one as whole lines within the budget, from drawn places") {
  three_bytes_a_token const count;
  config::synthesis s;
  s.seed_tokens = 100;
  auto const small = numbered(10);
  CHECK(seed_window(small, s, 1, count) == std::string_view(small));
  auto const text = numbered(500);
  std::set<std::string_view> seen;
  bool reached_start = false, reached_end = false;
  for (std::uint64_t key = 0; key < 2000; ++key) {
    auto const part = seed_window(text, s, key, count);
    REQUIRE(part);
    CHECK(count(*part) <= s.seed_tokens);
    CHECK(count(*part) > s.seed_tokens - 20);  // full, but for what rounding by lines costs
    CHECK(part->starts_with("line "));
    CHECK(part->ends_with("\n"));
    seen.insert(*part);
    reached_start |= part->data() == text.data();
    reached_end |= part->data() + part->size() == text.data() + text.size();
    CHECK(seed_window(text, s, key, count) == part);
  }
  CHECK(seen.size() > 300);
  CHECK(reached_start);
  CHECK(reached_end);
}

TEST_CASE("seeds that cannot be shown are refused") {
  config::synthesis s;
  s.seed_tokens = 10;
  CHECK_FALSE(seed_window("", s, 1, three_bytes_a_token{}));
  CHECK_FALSE(seed_window("\n\n", s, 1, three_bytes_a_token{}));
  CHECK_FALSE(seed_window(std::string(100, 'x'), s, 1, three_bytes_a_token{}));
  CHECK(seed_window("no line end", s, 1, three_bytes_a_token{}) == "no line end");
}

TEST_CASE("OSS-Instruct's rule shows one to fifteen lines") {
  config::synthesis s;
  s.text = config::seed_text::lines_1_15;
  auto const text = numbered(100);
  std::set<std::ptrdiff_t> lengths;
  for (std::uint64_t key = 0; key < 1000; ++key) {
    auto const part = seed_window(text, s, key, three_bytes_a_token{});
    REQUIRE(part);
    lengths.insert(std::count(part->begin(), part->end(), '\n'));
  }
  CHECK(*lengths.begin() == 1);
  CHECK(*lengths.rbegin() == 15);
  CHECK(lengths.size() == 15);
}

TEST_CASE("the pool's share takes the best of every language") {
  config::synthesis s;
  s.pool_share = 0.25;
  auto const seeds = choose_seeds(pool(100, 40), s, 0);
  auto const n = by_language(seeds);
  CHECK(n.at(config::language::python) == 25);
  CHECK(n.at(config::language::java) == 10);
  for (auto const& d : seeds) CHECK(std::stoi(d.id.substr(1)) < (d.id[0] == 'p' ? 25 : 10));
}

TEST_CASE("a limit takes an even sample that a larger limit extends") {
  config::synthesis const s;
  auto const ten = choose_seeds(pool(1000, 1000), s, 100), twenty = choose_seeds(pool(1000, 1000), s, 200);
  CHECK(ten.size() == 100);
  CHECK(by_language(ten).at(config::language::python) > 30);
  CHECK(by_language(ten).at(config::language::java) > 30);
  for (std::size_t i = 0; i < ten.size(); ++i) CHECK(ten[i].id == twenty[i].id);
  CHECK(choose_seeds(pool(5, 5), s, 100).size() == 10);
}

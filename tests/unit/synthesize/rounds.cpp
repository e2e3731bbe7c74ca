// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/pipeline/plan.hpp>
#include <snowcoder/recipes/quickstart.hpp>
#include <snowcoder/synthesize/rounds.hpp>

#include <map>
#include <string>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::synthesize;
using enum config::language;

namespace {

constexpr config::synthesis how{};

/// So many seeds of each language, a hundred tokens each.
std::vector<chosen_document> seeds_of(std::map<config::language, int> const& counts) {
  std::vector<chosen_document> all;
  for (auto const& [language, n] : counts)
    for (int i = 0; i < n; ++i) all.push_back({std::string(name_of(language)) + std::to_string(i), language, 1, 100});
  return all;
}
/// Rounds until they end, when every seed asked gives so many tokens: how many there were.
int run(seed_rounds& rounds, std::map<config::language, std::int64_t> const& each) {
  for (int n = 1;; ++n) {
    std::map<config::language, std::int64_t> accepted;
    for (auto const& [language, p] : rounds.parts()) accepted[language] = p.asked * each.at(language);
    if (!rounds.next(accepted)) return n;
  }
}
double tokens(seed_rounds const& rounds, config::language l, std::int64_t each) {
  return double(rounds.parts().at(l).asked * each);
}

}  // namespace

TEST_CASE("the paper's phase asks for the two billion tokens that five billion trained ones pass over") {
  STATIC_REQUIRE(config::tokens_to_write<recipes::arctic_snowcoder_1b3>() == 2'000'000'000);
  STATIC_REQUIRE(config::tokens_to_write<recipes::quickstart>() == 104'858);
  STATIC_REQUIRE(recipes::arctic_snowcoder_1b3::synthesis.mix == config::mix_rule::generate);
  auto const plan = pipeline::plan<recipes::arctic_snowcoder_1b3>(pipeline::hardware_table[0]);
  CHECK(plan.find("2.00 B tokens to be written, 50 % Python as trained, at least 800,000 answers") != std::string::npos);
}

TEST_CASE("seeds are asked until the answers hold the budget, Python half of it, the others as the seeds have them") {
  auto const all = seeds_of({{python, 40'000}, {java, 60'000}, {go, 20'000}});
  seed_rounds rounds(all, how, 12'000'000);
  CHECK(rounds.parts().at(python).asked == 2400);  // answers of 2,500 tokens would do
  CHECK(rounds.asked() == rounds.fresh());
  CHECK(run(rounds, {{python, 500}, {java, 400}, {go, 600}}) <= 4);
  for (auto const& [language, each, share] :
       {std::tuple(python, 500, 0.5), std::tuple(java, 400, 0.375), std::tuple(go, 600, 0.125)}) {
    auto const got = tokens(rounds, language, each), wanted = 12e6 * share;
    CHECK(got >= wanted);
    CHECK(got < wanted * 1.02);
  }
}

TEST_CASE("a language without more seeds is left short, the others do not make up for it") {
  seed_rounds rounds(seeds_of({{python, 10}, {java, 60'000}}), how, 1'000'000);
  run(rounds, {{python, 500}, {java, 500}});
  CHECK(rounds.parts().at(python).asked == 10);
  CHECK(tokens(rounds, java, 500) < 510'000);
}

TEST_CASE("answers that are all refused end at the last seed; the first that is not sets the pace") {
  seed_rounds none(seeds_of({{python, 5000}}), how, 1'000'000);
  CHECK(run(none, {{python, 0}}) <= 4);
  CHECK(none.asked() == 5000);
  seed_rounds lucky(seeds_of({{python, 5000}}), how, 10'000);
  CHECK(lucky.asked() == 4);
  CHECK(lucky.next({{python, 1}}));
  CHECK(lucky.asked() == 32);  // not the forty thousand that one token in four answers would mean
}

TEST_CASE("seeds of a round are the best that were not asked yet; with no budget all are asked at once") {
  auto const all = seeds_of({{python, 100}});
  seed_rounds rounds(all, how, 10'000);
  CHECK(rounds.find("python3")->fresh);
  CHECK_FALSE(rounds.find("python4"));
  CHECK_FALSE(rounds.find("another"));
  REQUIRE(rounds.next({{python, 4000}}));
  CHECK_FALSE(rounds.find("python3")->fresh);
  CHECK(rounds.find("python9")->fresh);
  CHECK_FALSE(rounds.find("python10"));
  CHECK_FALSE(rounds.next({{python, 10'000}}));
  seed_rounds whole(all, how, 0);
  CHECK(whole.asked() == 100);
  CHECK_FALSE(whole.next({}));
}

TEST_CASE("without a mix by seeds the parts are those of the seeds; a language alone has the whole budget") {
  auto sample = how;
  sample.mix = config::mix_rule::sample;
  seed_rounds const native(seeds_of({{python, 10}, {java, 30}}), sample, 1000);
  CHECK(native.parts().at(python).budget == 250);
  CHECK(native.parts().at(java).budget == 750);
  for (auto l : {python, java}) CHECK(seed_rounds(seeds_of({{l, 10}}), how, 1000).parts().at(l).budget == 1000);
}

// SPDX-License-Identifier: Apache-2.0
// Selection by known cases, and by its properties on made-up corpora: the budget, the edge, one threshold per language,
// ties, the order of candidates, what a short language leaves to others.
#include "support/catch.hpp"
#include "support/contract.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/select/top_share.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace snowcoder;
using config::budget_edge;
using config::language;
using config::mix_unit;
using config::selection;

namespace {

candidate make(std::string id, language l, double value, std::int64_t tokens) {
  auto const content = hash(id);
  return {std::move(id), l, content, value, tokens, tokens * 3};
}
std::vector<std::string> ids(selection_manifest const& m) {
  std::vector<std::string> all;
  for (auto const& d : m.documents) all.push_back(d.id);
  return all;
}
/// Scores on a coarse grid, so that ties abound.
std::vector<candidate> corpus(std::uint64_t seed, int count) {
  draws const source("corpus", seed);
  std::vector<candidate> all;
  for (int i = 0; i < count; ++i) {
    auto const n = std::uint64_t(i);
    all.push_back(make(std::to_string(i), language(source.below(5, n, 1)), double(source.below(12, n, 2)) / 12,
                       std::int64_t(source.below(400, n, 3))));
  }
  return all;
}

}  // namespace

TEST_CASE("values that cannot be ranked and negative weights are wrong calls") {
  auto const of = [](double value, std::int64_t tokens) {
    return breaks_contract([&] {
      std::vector<candidate> const all{make("a", language::python, value, tokens), make("b", language::python, 1, 10)};
      select::top_share(all, selection{.share = 0.5, .unit = mix_unit::tokens}, "test");
    });
  };
  CHECK(of(std::numeric_limits<double>::quiet_NaN(), 10));
  CHECK(of(std::numeric_limits<double>::infinity(), 10));
  CHECK(of(0.5, -1));
  CHECK_FALSE(of(0.5, 10));
}

TEST_CASE("the best share of every language, the file at the edge in or out") {
  std::vector<candidate> const all{make("a", language::go, 0.9, 40), make("b", language::go, 0.8, 40),
                                   make("c", language::go, 0.7, 20), make("d", language::python, -1, 10),
                                   make("e", language::python, -2, 30)};
  auto const in = select::top_share(all, {.share = 0.5}, "s");
  CHECK(ids(in) ==
        std::vector<std::string>{"d", "e", "a", "b"});  // budgets: 20 of 40, 50 of 100; languages in the paper's order
  CHECK(in.cuts[1].threshold == 0.8);
  CHECK(in.cuts[1].kept == 80);
  CHECK(in.cuts[1].budget == 50);
  auto const out = select::top_share(all, {.share = 0.5, .edge = budget_edge::exclude}, "s");
  CHECK(ids(out) == std::vector<std::string>{"d", "a"});
  CHECK(out.cuts[0].shortfall == 10);
  CHECK(ids(select::top_share(all, {.share = 0.4, .edge = budget_edge::exclude}, "s")) == std::vector<std::string>{"d", "a"});
  CHECK(ids(select::top_share(all, {.share = 1}, "s")).size() == 5);
  CHECK(ids(select::top_share(all, {.share = 0.34, .unit = mix_unit::files}, "s")) == std::vector<std::string>{"a"});
  CHECK(select::top_share({}, {}, "s").documents.empty());
}

TEST_CASE("properties of every selection") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    auto all = corpus(seed, 300);
    auto const unit = mix_unit(seed % 3);
    auto const edge = budget_edge(seed / 3 % 2);
    auto const missing = config::shortfall(seed / 6 % 2);
    selection const s{.share = 0.03 + 0.9 * double(seed) / 30, .unit = unit, .edge = edge, .missing = missing};
    auto const m = select::top_share(all, s, "s");

    std::map<std::string, candidate const*> by_id;
    for (auto const& c : all) by_id[c.id] = &c;
    std::map<language, std::vector<candidate const*>> kept;
    for (auto const& d : m.documents) kept[d.language].push_back(by_id.at(d.id));
    std::set<std::string> chosen;
    for (auto const& d : m.documents) CHECK(chosen.insert(d.id).second);

    std::int64_t budgets = 0, available = 0;
    for (auto const& cut : m.cuts) {
      auto const& mine = kept[cut.language];
      std::int64_t sum = 0, last = 0;
      for (auto const* c : mine) sum += last = select::weight(*c, unit);
      CHECK(sum == cut.kept);
      CHECK(std::int64_t(mine.size()) == cut.documents_kept);
      CHECK((edge == budget_edge::exclude ? sum <= cut.budget : sum - last < std::max<std::int64_t>(cut.budget, 1)));
      if (edge == budget_edge::include) CHECK(sum >= cut.budget);
      // One threshold: nothing left out beats what is in, and among equals the content decides.
      for (auto const& c : all) {
        if (c.language != cut.language || chosen.contains(c.id) || mine.empty()) continue;
        CHECK(c.value <= cut.threshold);
        if (c.value == cut.threshold) CHECK(c.content > mine.back()->content);
      }
      CHECK(std::is_sorted(mine.begin(), mine.end(), [](auto const* a, auto const* b) { return a->value > b->value; }));
      budgets += cut.budget;
      available += cut.available;
    }
    CHECK(double(budgets) <= s.share * double(available) + 1e-6);

    // The order of candidates does not matter.
    shuffle(all, draws("order", seed));
    auto const again = select::top_share(all, s, "s");
    CHECK(ids(again) == ids(m));
  }
}

TEST_CASE("a language that cannot fill its budget leaves the rest to others, when the recipe says so") {
  std::vector<candidate> all{make("big", language::go, 1, 90), make("small", language::go, 0.5, 10)};
  for (int i = 0; i < 100; ++i) all.push_back(make("p" + std::to_string(i), language::python, i, 1));
  selection s{.share = 0.5, .edge = budget_edge::exclude};
  auto const report = select::top_share(all, s, "s");
  CHECK(report.cuts[1].kept == 0);  // 90 does not fit 50
  CHECK(report.cuts[1].shortfall == 50);
  CHECK(report.cuts[0].kept == 50);
  s.missing = config::shortfall::redistribute;
  auto const moved = select::top_share(all, s, "s");
  CHECK(moved.cuts[0].kept > 50);
  CHECK(moved.cuts[0].kept + moved.cuts[1].kept <= 100);
}

TEST_CASE("redistribution ends, and never spends more than there is") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto const all = corpus(seed + 100, 60);
    auto const m =
        select::top_share(all, {.share = 0.37, .edge = budget_edge::exclude, .missing = config::shortfall::redistribute}, "s");
    std::int64_t kept = 0, available = 0;
    for (auto const& c : m.cuts) kept += c.kept, available += c.available;
    CHECK(double(kept) <= 0.37 * double(available));
  }
}

TEST_CASE("a manifest file gives the manifest back") {
  temporary_folder const room;
  auto const m = select::top_share(corpus(1, 200), {.share = 0.2}, "hqins \"quoted\"");
  for (auto const* name : {"m.json", "m.json.zst"}) {
    REQUIRE(io::write_selection(room / name, m, {{"share", 0.2}, {"unit", "tokens"}}));
    auto const back = io::read_selection(room / name);
    REQUIRE(back);
    CHECK(back->scorer == m.scorer);
    CHECK(ids(*back) == ids(m));
    auto const head = io::read_selection_head(room / name);
    REQUIRE(head);
    CHECK((head->at("scorer") == m.scorer && head->at("share") == 0.2 && head->at("cuts").size() == m.cuts.size()));
    CHECK(head->at("documents").empty());
    REQUIRE(back->cuts.size() == m.cuts.size());
    for (std::size_t i = 0; i < m.cuts.size(); ++i) {
      CHECK(back->cuts[i].language == m.cuts[i].language);
      CHECK(back->cuts[i].threshold == m.cuts[i].threshold);
      CHECK(back->cuts[i].kept == m.cuts[i].kept);
    }
    for (std::size_t i = 0; i < m.documents.size(); ++i) CHECK(back->documents[i].value == m.documents[i].value);
  }
  REQUIRE(io::write_selection(room / "empty.json", select::top_share({}, {}, "s")));
  CHECK(io::read_selection(room / "empty.json"));
  for (auto const* text : {"", "[]", "{}", R"({"cuts": [], "documents": [{}]})", R"({"cuts": 1, "documents": []})"}) {
    REQUIRE(io::write_file(room / "bad.json", text));
    CHECK_FALSE(io::read_selection(room / "bad.json"));
    if (*text == '\0') CHECK_FALSE(io::read_selection_head(room / "bad.json"));
  }
}

// SPDX-License-Identifier: Apache-2.0
// Selection out of memory is selection in memory, and that is a sort: for every unit, edge and rule, with ties in value and
// in content, with runs on disk and without.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/row_file.hpp>
#include <snowcoder/select/ranked_selection.hpp>
#include <snowcoder/select/top_share.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace snowcoder;
using config::budget_edge;
using config::mix_unit;
using config::selection;
using config::shortfall;

namespace {

/// `grid` values, so that most are ties; `contents` different contents, so that some are copies.
std::vector<candidate> corpus(std::uint64_t seed, int count, std::uint64_t grid, std::uint64_t contents, int languages = 5) {
  draws const source("corpus", seed);
  std::vector<candidate> all;
  for (int i = 0; i < count; ++i) {
    auto const n = std::uint64_t(i);
    auto const size = std::int64_t(source.below(20, n, 5) == 0 ? 40000 : source.below(300, n, 4));
    all.push_back({"document " + std::to_string(i), config::language(source.below(std::uint64_t(languages), n, 1)),
                   hash(std::to_string(source.below(contents, n, 2))), double(source.below(grid, n, 3)) / double(grid) - 0.25,
                   size, size * 3 + 1});
  }
  return all;
}

struct rows_in_memory {
  std::vector<select::ranked_row> rows;
  int passes = 0;
  rows_in_memory(std::vector<candidate> const& all, mix_unit unit) {
    for (std::size_t i = 0; i < all.size(); ++i) rows.push_back(select::row_of(all[i], unit, i));
  }
  template <class Visit>
  expected<void> for_each(Visit&& visit) {
    ++passes;
    for (auto const& r : rows) SNOWCODER_CHECK(visit(r));
    return {};
  }
};

/// Languages sorted by the standard library, the budget spent in one loop: no code in common with what is tested.
std::vector<std::string> by_sorting(std::vector<candidate> const& all, selection const& s) {
  std::vector<std::string> chosen;
  for (int l = 0; l <= config::language_count; ++l) {
    std::vector<candidate const*> mine;
    long double available = 0;
    auto const w = [&](candidate const* c) {
      return s.unit == mix_unit::tokens ? c->tokens : s.unit == mix_unit::bytes ? c->bytes : 1;
    };
    for (auto const& c : all)
      if (int(c.language) == l) mine.push_back(&c), available += static_cast<long double>(w(&c));
    std::sort(mine.begin(), mine.end(), [](candidate const* a, candidate const* b) {
      return std::tuple(-a->value, a->content, hash64(a->id)) < std::tuple(-b->value, b->content, hash64(b->id));
    });
    std::int64_t kept = 0;
    auto const budget = std::int64_t(static_cast<long double>(s.share) * available);
    for (auto const* c : mine) {
      if (kept >= budget || (s.edge == budget_edge::exclude && kept + w(c) > budget)) break;
      kept += w(c);
      chosen.push_back(c->id);
    }
  }
  return chosen;
}

struct chosen_rows {
  std::vector<std::string> ids;
  std::vector<language_cut> cuts;
  int passes;
  std::int64_t sorted, runs;
};
chosen_rows choose(std::vector<candidate> const& all, selection const& s, std::int64_t memory) {
  temporary_folder const room;
  rows_in_memory rows(all, s.unit);
  using run_file = io::row_file<select::ranked_row>;
  auto const r = select::ranked_selection<run_file>::of(rows, s, *run_file::open(room.path()), memory);
  REQUIRE(r);
  CHECK(rows.passes == r->passes());
  chosen_rows c{{}, r->cuts(), r->passes(), r->sorted(), r->runs()};
  REQUIRE(r->for_each_chosen([&](select::ranked_row const& row) -> expected<void> {
    c.ids.push_back(all[std::size_t(row.place)].id);
    return {};
  }));
  return c;
}
std::vector<std::string> ids(selection_manifest const& m) {
  std::vector<std::string> all;
  for (auto const& d : m.documents) all.push_back(d.id);
  return all;
}

}  // namespace

TEST_CASE("selection out of memory chooses what a sort chooses") {
  for (std::uint64_t seed = 0; seed < 36; ++seed) {
    auto const all = corpus(seed, 3000, seed % 3 == 0 ? 4 : seed % 3 == 1 ? 1 : 100000, seed % 2 ? 50 : 1u << 30);
    selection const s{.share = 0.01 + 0.98 * double(seed) / 36,
                      .unit = mix_unit(seed / 2 % 3),
                      .edge = budget_edge(seed / 6 % 2),
                      .missing = shortfall::report};
    auto const want = by_sorting(all, s);
    CHECK(ids(select::top_share(all, s, "s")) == want);
    for (std::int64_t memory : {std::int64_t(4096), std::int64_t(1) << 20}) CHECK(choose(all, s, memory).ids == want);
  }
}

TEST_CASE("what is left over moves to other languages alike in memory and out of it") {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    auto const all = corpus(seed, 1500, 7, 300, 6);
    selection const s{.share = 0.02 + 0.9 * double(seed) / 24,
                      .unit = mix_unit(seed % 3),
                      .edge = budget_edge(seed / 3 % 4 > 0),
                      .missing = shortfall::redistribute};
    auto const m = select::top_share(all, s, "s");
    for (std::int64_t memory : {std::int64_t(4096), std::int64_t(1) << 20}) {
      auto const c = choose(all, s, memory);
      CHECK(c.ids == ids(m));
      REQUIRE(c.cuts.size() == m.cuts.size());
      for (std::size_t i = 0; i < c.cuts.size(); ++i) {
        CHECK(c.cuts[i].language == m.cuts[i].language);
        CHECK(c.cuts[i].threshold == m.cuts[i].threshold);
        CHECK(c.cuts[i].available == m.cuts[i].available);
        CHECK(c.cuts[i].budget == m.cuts[i].budget);
        CHECK(c.cuts[i].kept == m.cuts[i].kept);
        CHECK(c.cuts[i].tokens_kept == m.cuts[i].tokens_kept);
        CHECK(c.cuts[i].documents_kept == m.cuts[i].documents_kept);
        CHECK(c.cuts[i].shortfall == m.cuts[i].shortfall);
      }
    }
  }
}

TEST_CASE("only little more than the share is sorted, and what does not fit goes to disk") {
  auto const all = corpus(1, 40000, 1u << 30, 1u << 30, 2);
  auto const c = choose(all, {.share = 0.03}, std::int64_t(256) << 10);
  CHECK(c.ids == by_sorting(all, {.share = 0.03}));
  CHECK((c.sorted >= std::int64_t(c.ids.size()) && c.sorted < std::int64_t(c.ids.size()) + 2000));
  CHECK((c.runs == 0 && c.passes <= 4));
  auto const wide = choose(all, {.share = 0.6}, std::int64_t(256) << 10);
  CHECK(wide.runs > 2);
  CHECK(wide.ids == by_sorting(all, {.share = 0.6}));
}

TEST_CASE("equal scores are cut by content, equal contents by their ids, in any order of candidates") {
  auto all = corpus(5, 2000, 1, 1, 1);  // one value, one content, one language
  selection const s{.share = 0.1, .unit = mix_unit::files};
  auto const first = choose(all, s, 8192);
  CHECK(first.ids.size() == 200);
  CHECK(first.ids == by_sorting(all, s));
  CHECK(first.sorted < 600);  // though only the last digits tell them apart
  shuffle(all, draws("order", 1));
  CHECK(choose(all, s, 8192).ids == first.ids);
}

TEST_CASE("values of every kind keep their order") {
  double const falling[] = {std::numeric_limits<double>::max(),   5, 1, 0.5, 5e-324, 0, -5e-324, -0.5, -1,
                            std::numeric_limits<double>::lowest()};
  for (std::size_t i = 1; i < std::size(falling); ++i) CHECK(select::order_of(falling[i - 1]) < select::order_of(falling[i]));
  for (auto v : falling) CHECK(select::value_of(select::order_of(v)) == v);
  CHECK(choose({}, {}, 4096).ids.empty());
}

// SPDX-License-Identifier: Apache-2.0
// The selection with bounds found on the GPU, or on the emulated one, is that of the CPU, to the last tie.
#include "support/on_gpu.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/pipeline/select.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace snowcoder;
using config::budget_edge;
using config::mix_unit;
using config::selection;
using config::shortfall;

namespace {

/// `grid` values, so that most are ties; `contents` different contents, so that some are copies; two languages have none.
std::vector<candidate> corpus(std::uint64_t seed, int count, std::uint64_t grid, std::uint64_t contents) {
  draws const source("corpus", seed);
  std::vector<candidate> all;
  for (int i = 0; i < count; ++i) {
    auto const n = std::uint64_t(i);
    auto const language = source.below(6, n, 1);
    auto const size = std::int64_t(source.below(30, n, 5) == 0 ? 1 << 30 : source.below(300, n, 4));
    all.push_back({"document " + std::to_string(i), config::language(language == 5 ? config::language_count : language),
                   hash(std::to_string(source.below(contents, n, 2))), double(source.below(grid, n, 3)) / double(grid) - 0.25,
                   size, size * 3 + 1});
  }
  return all;
}

struct chosen_rows {
  std::vector<std::string> ids;
  std::vector<language_cut> cuts;
};
chosen_rows choose(std::vector<candidate> const& all, selection const& s, std::string device) {
  temporary_folder const room;
  using run_file = io::row_file<select::ranked_row>;
  auto candidates = pipeline::detail::candidate_file::open(room.path());
  REQUIRE(candidates);
  for (auto const& c : all) REQUIRE(candidates->add(c, s.unit));
  REQUIRE(candidates->finish());
  pipeline::select_options o;
  o.device = std::move(device);
  o.memory = 8192;
  auto const r = pipeline::detail::choose(*candidates, s, *run_file::open(room.path()), o);
  REQUIRE(r);
  chosen_rows c{{}, r->cuts()};
  REQUIRE(r->for_each_chosen([&](select::ranked_row const& row) -> expected<void> {
    SNOWCODER_TRY(auto id, candidates->id_of(row));
    c.ids.push_back(std::move(id));
    return {};
  }));
  return c;
}

struct rows_in_memory {
  std::vector<select::ranked_row> rows;
  template <class Visit>
  expected<void> for_each(Visit&& visit) const {
    for (auto const& r : rows) SNOWCODER_CHECK(visit(r));
    return {};
  }
};

}  // namespace

TEST_CASE("gpu: what is selected is what the CPU selects", "[gpu]") {
  if (!tests::gpu_at_hand()) return;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    INFO("seed " << seed);
    auto const all = corpus(seed, 1200, seed % 3 == 0 ? 1 : seed % 3 == 1 ? 4 : 100000, seed % 4 == 0 ? 1 : 300);
    selection const s{.share = 0.01 + 0.98 * double(seed) / 12,
                      .unit = mix_unit(seed / 2 % 3),
                      .edge = budget_edge(seed / 3 % 2),
                      .missing = seed % 2 ? shortfall::redistribute : shortfall::report};
    auto const got = choose(all, s, "cuda"), want = choose(all, s, "cpu");
    CHECK(got.ids == want.ids);
    REQUIRE(got.cuts.size() == want.cuts.size());
    for (std::size_t i = 0; i < got.cuts.size(); ++i) {
      CHECK(got.cuts[i].kept == want.cuts[i].kept);
      CHECK(got.cuts[i].budget == want.cuts[i].budget);
      CHECK(got.cuts[i].threshold == want.cuts[i].threshold);
    }
  }
}

TEST_CASE("gpu: bounds do not depend on how rows come to the GPU", "[gpu]") {
  if (!tests::gpu_at_hand()) return;
  cuda::device d;
  selection const s{.share = 0.1};
  auto const rows_of = [&](int count) {
    rows_in_memory made;
    for (auto const& c : corpus(3, count, 1000, 1u << 30)) made.rows.push_back(select::row_of(c, s.unit, made.rows.size()));
    return made;
  };
  auto const rows = rows_of(20000), few = rows_of(300);
  auto const admitted = [](pipeline::gpu_sieve const& sieve, rows_in_memory const& of) {
    std::vector<bool> yes;
    for (auto const& r : of.rows) yes.push_back(sieve.admits(r));
    return yes;
  };
  pipeline::gpu_sieve want(s, 16), want_few(s, 16);
  REQUIRE(want.settle(rows));
  REQUIRE(want_few.settle(few));
  for (std::int64_t batch : {1, 999, 1 << 16}) {
    auto const& some = batch == 1 ? few : rows;
    pipeline::gpu_digit_counter counter(d, batch);
    pipeline::gpu_sieve sieve(s, 16);
    REQUIRE(sieve.settle_by([&](auto& counts) { return counter.count(counts, some); }));
    CHECK(admitted(sieve, some) == admitted(batch == 1 ? want_few : want, some));
    CHECK(sieve.passes() == (batch == 1 ? want_few : want).passes());
  }
  std::vector<cuda::counted_row> plain;
  for (auto const& r : rows.rows) plain.push_back(std::bit_cast<cuda::counted_row>(r));
  tests::on_gpu<cuda::counted_row> const there(d, plain);
  pipeline::gpu_digit_counter counter(d);
  pipeline::gpu_sieve sieve(s, 16);
  REQUIRE(sieve.settle_by([&](auto& counts) -> expected<void> {
    counter.count(counts, there.data(), std::int64_t(plain.size()));
    return {};
  }));
  CHECK(admitted(sieve, rows) == admitted(want, rows));
}

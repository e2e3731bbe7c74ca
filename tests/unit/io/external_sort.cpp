// SPDX-License-Identifier: Apache-2.0
// Sorting on disk: the same order as in memory, however few rows are held at a time.
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/external_sort.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <compare>
#include <csignal>
#include <cstdint>
#include <vector>

using namespace snowcoder;

namespace {

struct row {
  std::uint64_t key;
  std::uint32_t number;
  friend auto operator<=>(row const&, row const&) = default;
};
struct last_first {
  bool operator()(row const& a, row const& b) const { return b < a; }
};

std::vector<row> drawn_rows(std::uint32_t count) {
  draws const source("rows", 5);
  std::vector<row> rows;
  for (std::uint32_t i = 0; i < count; ++i) rows.push_back({source.below(count / 3 + 1, i), i});  // some keys are equal
  return rows;
}

template <class Before>
std::vector<row> sorted_on_disk(temporary_folder const& tmp, std::vector<row> const& rows, std::size_t held) {
  io::external_sort<row, Before> sorted(tmp / "work", std::int64_t(held * sizeof(row)));
  for (auto const& r : rows) REQUIRE(sorted.add(r));
  std::vector<row> out;
  REQUIRE(sorted.for_each([&](row const& r) -> expected<void> {
    out.push_back(r);
    return {};
  }));
  return out;
}

}  // namespace

TEST_CASE("rows come in order, in memory, in one run, in many, in runs longer than a block") {
  temporary_folder tmp;
  for (std::uint32_t const count : {0u, 1u, 2u, 1000u, 20'000u}) {
    auto const rows = drawn_rows(count);
    auto expected_rows = rows;
    std::sort(expected_rows.begin(), expected_rows.end());
    for (std::size_t const held : {2, 7, 999, 1000, 1001, 5000, 40'000})
      if (count < 20'000 || held >= 999) CHECK(sorted_on_disk<std::less<row>>(tmp, rows, held) == expected_rows);
    std::reverse(expected_rows.begin(), expected_rows.end());
    CHECK(sorted_on_disk<last_first>(tmp, rows, 3000) == expected_rows);
  }
}

TEST_CASE("who visits may end it, and a full disk is told") {
  temporary_folder tmp;
  for (std::size_t const held : {10, 1000}) {
    io::external_sort<row> sorted(tmp / "work", std::int64_t(held * sizeof(row)));
    for (auto const& r : drawn_rows(100)) REQUIRE(sorted.add(r));
    int seen = 0;
    auto const ended = sorted.for_each([&](row const&) -> expected<void> {
      if (++seen == 30) return failure("enough");
      return {};
    });
    CHECK_FALSE(ended);
    CHECK(seen == 30);
  }
  auto const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    io::external_sort<row> sorted(tmp / "work", 10 * sizeof(row));
    bool all = true;
    for (auto const& r : drawn_rows(1000)) all = all && sorted.add(r);
    all = all && sorted.for_each([](row const&) -> expected<void> { return {}; });
    ::_exit(all ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

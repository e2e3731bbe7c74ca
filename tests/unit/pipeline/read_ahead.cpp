// SPDX-License-Identifier: Apache-2.0
// Units that are read at once come out in their order, within the memory given, and an error stands where it happened.
#include <snowcoder/pipeline/read_ahead.hpp>

#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <new>
#include <string>
#include <thread>
#include <vector>

using namespace snowcoder;
using pipeline::read_ahead;
using pipeline::read_item;

namespace {

std::vector<corpus::unit> units(int n) {
  std::vector<corpus::unit> made;
  for (int i = 0; i < n; ++i) made.push_back({corpus::unit_kind::folder, {}, std::to_string(i)});
  return made;
}

/// Unit n gives n % 5 files; the early ones are the slow ones.
expected<void> few_files(corpus::unit const& u, corpus::receiver const& to) {
  int const number = std::stoi(u.repository);
  if (number % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));
  to.licence(u.repository, "MIT");
  for (int i = 0; i < number % 5; ++i) {
    corpus::source_file f;
    f.repository = u.repository;
    f.path = std::to_string(i);
    f.text.assign(std::size_t(100 * (i + 1)), 'x');
    SNOWCODER_CHECK(to.take(std::move(f)));
  }
  return to.refuse({u.repository, "end", "language", {}, 0, false});
}

expected<std::string> story(read_ahead& files) {
  std::string all;
  std::vector<read_item> piece;
  for (;;) {
    SNOWCODER_TRY(bool const more, files.next(piece));
    if (!more) return all;
    for (auto const& item : piece) {
      if (auto const* f = std::get_if<corpus::source_file>(&item))
        all += f->repository + "/" + f->path + " ";
      else if (auto const* r = std::get_if<corpus::ingest_refusal>(&item))
        all += r->repository + "/" + r->path + " ";
      else
        all += std::get<pipeline::found_licence>(item).repository + "! ";
    }
  }
}

}  // namespace

TEST_CASE("the order is that of the units, whatever the lanes and the memory") {
  auto const in = units(60);
  std::string first;
  for (int lanes : {1, 2, 7})
    for (std::int64_t bytes : {1, 3000, 1 << 20}) {
      read_ahead files(in, few_files, lanes, bytes);
      auto const told = story(files);
      REQUIRE(told);
      if (first.empty()) first = *told;
      CHECK(*told == first);
    }
  CHECK(first.starts_with("0! 0/end 1! 1/0 1/end 2! 2/0 2/1 2/end "));
  auto const none = units(0);
  read_ahead nothing(none, few_files, 2, 100);
  CHECK(story(nothing)->empty());
}

TEST_CASE("readers wait while much lies unjudged") {
  auto const in = units(40);
  std::atomic<int> given = 0;
  read_ahead files(
      in,
      [&](corpus::unit const&, corpus::receiver const& to) {
        corpus::source_file f;
        f.text.assign(1000, 'x');
        ++given;
        return to.take(std::move(f));
      },
      3, 4000);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(given <= 4 + 3);  // what fits, and one in the hands of each
  std::vector<read_item> piece;
  int taken = 0;
  while (*files.next(piece)) taken += int(piece.size());
  CHECK(taken == 40);
}

TEST_CASE("an error, thrown or returned, ends the reading at its place") {
  auto const in = units(9);
  for (bool thrown : {false, true}) {
    read_ahead files(
        in,
        [&](corpus::unit const& u, corpus::receiver const& to) -> expected<void> {
          if (u.repository == "4" && thrown) throw std::bad_alloc();
          if (u.repository == "4") return failure("no disk");
          return few_files(u, to);
        },
        3, 1 << 20);
    std::vector<read_item> piece;
    std::string seen;
    for (;;) {
      auto const more = files.next(piece);
      if (!more) break;
      REQUIRE(*more);
      seen += std::get<pipeline::found_licence>(piece.front()).repository;
    }
    CHECK(seen == "0123");
  }
  read_ahead left_early(in, few_files, 3, 1);  // whose lanes wait for room: they must end with it
  std::vector<read_item> piece;
  CHECK(*left_early.next(piece));
}

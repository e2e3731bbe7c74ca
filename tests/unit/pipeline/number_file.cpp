// SPDX-License-Identifier: Apache-2.0
// Numbers in files: what is written is read, what is opened does not change, and a full disk is an error and no signal.
#include <snowcoder/pipeline/number_file.hpp>

#include "support/catch.hpp"
#include "support/made_files.hpp"
#include "support/temporary_folder.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>

using namespace snowcoder;
using pipeline::number_file;

TEST_CASE("zeros, written to, cut, moved, and gone with the last that has them") {
  temporary_folder tmp;
  auto numbers = number_file::zeros(tmp.path(), 100'000);
  REQUIRE(numbers);
  CHECK(std::filesystem::is_empty(tmp.path()));  // it has no name
  REQUIRE(numbers->size() == 100'000);
  auto const all = std::as_const(*numbers).all();
  CHECK(std::all_of(all.begin(), all.end(), [](auto n) { return n == 0; }));
  (*numbers)[99'999] = 7;
  auto moved = std::move(*numbers);
  CHECK(moved[99'999] == 7);
  moved.cut(3);
  CHECK(moved.all().size() == 3);
  auto const none = number_file::zeros(tmp.path(), 0);
  REQUIRE(none);
  CHECK(none->size() == 0);
  tests::put(tmp / "file", "");
  CHECK_FALSE(number_file::zeros(tmp / "file", 1));  // no folder
}

TEST_CASE("numbers of a file are its own") {
  temporary_folder tmp;
  std::uint32_t const held[]{3, 1, 4};
  std::string const bytes(reinterpret_cast<char const*>(held), sizeof held);
  tests::put(tmp / "numbers", bytes);
  auto numbers = number_file::open(tmp / "numbers");
  REQUIRE(numbers);
  CHECK(std::equal(numbers->all().begin(), numbers->all().end(), std::begin(held), std::end(held)));
  (*numbers)[1] = 9;
  CHECK(tests::get(tmp / "numbers") == bytes);
  CHECK_FALSE(number_file::open(tmp / "none"));
}

TEST_CASE("numbers that the disk has no room for are refused before they are written to") {
  temporary_folder tmp;
  auto const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{10'000, 10'000};
    ::setrlimit(RLIMIT_FSIZE, &small);
    ::_exit(number_file::zeros(tmp.path(), 1000).has_value() && !number_file::zeros(tmp.path(), 10'000) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  CHECK(std::filesystem::is_empty(tmp.path()));
}

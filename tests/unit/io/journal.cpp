// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/journal.hpp>

#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

using namespace snowcoder;

namespace {
bool no_locks = false;
}  // namespace

/// The C library's, for this program; some network file systems have none.
extern "C" int flock(int file, int how) noexcept {
  if (!no_locks) return int(::syscall(SYS_flock, file, how));
  errno = ENOLCK;
  return -1;
}

namespace {
std::vector<int> rows_of(std::filesystem::path const& path, expected<io::journal>* kept = nullptr) {
  std::vector<int> rows;
  auto j = io::journal::open(path, [&](io::json const& row, io::journal::place) -> expected<void> {
    rows.push_back(row["n"].get<int>());
    return {};
  });
  if (!j) FAIL(j.error().message());
  if (kept) *kept = std::move(j);
  return rows;
}
std::string bytes(std::filesystem::path const& path) {
  std::ostringstream s;
  s << std::ifstream(path, std::ios::binary).rdbuf();
  return s.str();
}
}  // namespace

TEST_CASE("rows come back in order, and at their places") {
  temporary_folder folder;
  auto const path = folder / "a/journal.jsonl";
  std::vector<io::journal::place> places;
  {
    auto j = io::journal::open(path);
    REQUIRE(j);
    for (int n = 0; n < 5; ++n) places.push_back(*j->append({{"n", n}, {"text", std::string(std::size_t(n) * 700'000, 'x')}}));
    CHECK((*j->read_at(places[3]))["n"] == 3);
  }
  expected<io::journal> j = failure("none");
  CHECK(rows_of(path, &j) == std::vector<int>{0, 1, 2, 3, 4});
  CHECK(j->rows() == 5);
  CHECK((*j->read_at(places[4]))["text"].get<std::string>().size() == 2'800'000);
}

TEST_CASE("wherever a write is torn, whole rows stay and the next one is whole") {
  temporary_folder folder;
  auto const path = folder / "journal.jsonl";
  {
    auto j = io::journal::open(path);
    for (int n = 0; n < 3; ++n) REQUIRE(j->append({{"n", n}}));
  }
  auto const whole = bytes(path);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, cut);
    auto const left = int(std::count(whole.begin(), whole.begin() + std::ptrdiff_t(cut), '\n'));
    {
      expected<io::journal> j = failure("none");
      CHECK(int(rows_of(path, &j).size()) == left);
      REQUIRE(j->append({{"n", 9}}));
    }
    CHECK(int(rows_of(path).size()) == left + 1);
    CHECK(rows_of(path).back() == 9);
  }
}

TEST_CASE("a last row of zeros is torn; rubbish between rows is an error") {
  temporary_folder folder;
  auto const path = folder / "journal.jsonl";
  std::ofstream(path) << "{\"n\":1}\n" << std::string(5, '\0') << "\n";
  CHECK(rows_of(path) == std::vector<int>{1});
  CHECK(bytes(path) == "{\"n\":1}\n");
  std::ofstream(path) << "{\"n\":1}\n" << std::string((1 << 20) - 9, '\0') << "\n";  // as long as what is read at a time
  CHECK(rows_of(path) == std::vector<int>{1});
  std::ofstream(path) << "{\"n\":1}\nrubbish\n{\"n\":2}\n";
  auto const j = io::journal::open(path);
  REQUIRE_FALSE(j);
  CHECK(j.error().what.find("row 2") != std::string::npos);
  std::ofstream(path) << "{\"n\":1}\n{\"n\":" << std::string(1000, '[') << std::string(1000, ']') << "}\n";  // a stranger's
  CHECK(io::journal::open(path).error().what.find("row 2") != std::string::npos);
}

TEST_CASE("where the system cannot lock a file, a journal is written without") {
  temporary_folder folder;
  no_locks = true;
  auto j = io::journal::open(folder / "journal.jsonl");
  no_locks = false;
  REQUIRE(j);
  CHECK(j->append({{"n", 1}}));
}

TEST_CASE("one writer at a time") {
  temporary_folder folder;
  auto const first = io::journal::open(folder / "journal.jsonl");
  REQUIRE(first);
  CHECK_FALSE(io::journal::open(folder / "journal.jsonl"));
}

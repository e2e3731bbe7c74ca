// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>

using namespace snowcoder;

TEST_CASE("a file is not there before commit, whole after it, and unharmed when abandoned") {
  temporary_folder dir;
  auto const path = dir / "deep/er/file";
  {
    auto f = io::atomic_file::open(path);
    REQUIRE(f);
    REQUIRE(f->write("half"));
    CHECK_FALSE(std::filesystem::exists(path));
  }
  CHECK(std::filesystem::is_empty(path.parent_path()));
  REQUIRE(io::write_file(path, "first"));
  {
    auto f = io::atomic_file::open(path);
    REQUIRE(f->write("second"));
  }
  CHECK(io::mapped_file::open(path)->bytes() == "first");
}

TEST_CASE("errors name the file and the remedy") {
  auto const e = io::write_file("/proc/nowhere/file", "x");
  REQUIRE_FALSE(e);
  CHECK(e.error().where.find("/proc/nowhere/file") != std::string::npos);
  CHECK_FALSE(e.error().remedy.empty());
  CHECK_FALSE(io::write_file("/dev/full/x", "x"));
}

TEST_CASE("a full disk is an error") {
  // /dev/full accepts open and refuses every write, as a full disk does.
  auto* f = std::fopen("/dev/full", "w");
  if (!f) return;
  std::fclose(f);
  temporary_folder dir;
  std::filesystem::create_symlink("/dev/full", dir / "x.part");
  CHECK_FALSE(io::write_file(dir / "x", std::string(100000, 'x')));
  CHECK_FALSE(std::filesystem::exists(dir / "x"));
}

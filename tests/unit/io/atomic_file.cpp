// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <functional>

using namespace snowcoder;

namespace {
std::function<void()> folder_is_synced;
}  // namespace

/// The C library's, for this program.
extern "C" int fsync(int file) {
  struct stat about {};
  if (folder_is_synced && ::fstat(file, &about) == 0 && S_ISDIR(about.st_mode)) folder_is_synced();
  return int(::syscall(SYS_fsync, file));
}

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

TEST_CASE("a file that was committed has its name on the disk") {
  temporary_folder dir;
  bool named = false;
  folder_is_synced = [&] { named = std::filesystem::exists(dir / "x"); };
  CHECK(io::write_file(dir / "x", "x"));
  folder_is_synced = {};
  CHECK(named);
}

TEST_CASE("what does not fit in the middle of a file is an error that says why") {
  temporary_folder dir;
  auto file = io::atomic_file::open(dir / "x");
  REQUIRE(file);
  auto const before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit whole{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &whole) == 0);
  rlimit const eight{8, whole.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &eight) == 0);
  errno = 0;
  auto const written = file->write_at(4, "twelve bytes");
  ::setrlimit(RLIMIT_FSIZE, &whole);
  std::signal(SIGXFSZ, before);
  REQUIRE_FALSE(written);
  CHECK(written.error().what == std::strerror(EFBIG));
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

TEST_CASE("a remedy fits its error") {
  temporary_folder dir;
  REQUIRE(io::write_file(dir / "file", "x"));
  auto const remedy = [&](std::string const& name) {
    auto const e = io::write_file(dir / name, "x");
    return e ? std::string() : e.error().remedy;
  };
  std::filesystem::create_directories(dir / "folder");
  CHECK(remedy("folder").find("a folder has that name") == 0);
  CHECK_FALSE(std::filesystem::exists(dir / "folder.part"));
  CHECK(remedy("file/below").find("a part of that path is a file") == 0);
  if (std::filesystem::exists("/dev/full")) {
    std::filesystem::create_symlink("/dev/full", dir / "full.part");
    CHECK(remedy("full").find("free some disk space") == 0);
  }
}

TEST_CASE("one program at a time writes a file, and what a killed one left is written over") {
  temporary_folder dir;
  REQUIRE(io::write_file(dir / "x.part", "left behind by a run that was killed"));
  {
    auto one = io::atomic_file::open(dir / "x");
    REQUIRE(one);
    REQUIRE(one->write("one"));
    auto const other = io::atomic_file::open(dir / "x");
    REQUIRE_FALSE(other);
    CHECK(other.error().what.find("another program") == 0);
    REQUIRE(one->commit());
  }
  CHECK(io::mapped_file::open(dir / "x")->bytes() == "one");
  REQUIRE(io::write_file(dir / "x", "two"));
  CHECK(io::mapped_file::open(dir / "x")->bytes() == "two");
}

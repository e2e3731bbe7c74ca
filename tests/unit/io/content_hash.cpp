// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/io/content_hash.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {
void put(fs::path const& path, std::string const& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}
hash128 of(fs::path const& path) {
  auto const h = io::content_hash(path);
  REQUIRE(h);
  CHECK(io::content_hash(path, 4) == *h);  // whatever the threads
  return *h;
}
}  // namespace

TEST_CASE("a folder's hash is that of its files' names and contents") {
  temporary_folder tmp;
  for (auto const* side : {"a", "b"}) {
    put(tmp / side / "x.py", "x");
    put(tmp / side / "sub" / "y.py", "y");
  }
  auto const before = of(tmp / "a");
  CHECK(before == of(tmp / "b"));
  CHECK(before == of((tmp / "a").string() + "/"));
  fs::create_directories(tmp / "b" / "empty" / "within");
  put(tmp / "b" / "sub" / "provenance.json", "seconds");
  fs::create_symlink(tmp / "a" / "x.py", tmp / "b" / "link.py");
  CHECK(before == of(tmp / "b"));
  put(tmp / "b" / "sub" / "z.py", "");
  CHECK(before != of(tmp / "b"));
  fs::remove(tmp / "b" / "sub" / "z.py");
  CHECK(before == of(tmp / "b"));
  fs::rename(tmp / "b" / "x.py", tmp / "b" / "sub" / "x.py");
  CHECK(before != of(tmp / "b"));
  CHECK_FALSE(io::content_hash(tmp / "nowhere"));
}

TEST_CASE("the hash of a folder is the one that stamps of earlier runs hold") {
  temporary_folder tmp;
  for (int i = 0; i < 40; ++i)
    put(tmp / "in" / ("code-" + std::to_string(i) + ".jsonl"), std::string(std::size_t(i) << 16, 'x'));
  put(tmp / "in" / "sub" / "y.jsonl", "y");
  CHECK(of(tmp / "in").hex() == "9c00a923f32aee1c0a5fcda26e072fcc");
}

TEST_CASE("a shard that is a link counts by what it leads to, as its readers see it") {
  temporary_folder tmp;
  put(tmp / "elsewhere" / "code.jsonl", "one");
  put(tmp / "other" / "more.jsonl", "two");
  for (auto const* place : {"in", "in/documents"}) {
    fs::create_directories(tmp / place);
    fs::create_symlink(tmp / "elsewhere" / "code.jsonl", tmp / place / "code-00000.jsonl");
    auto const before = of(tmp / "in");
    put(tmp / "elsewhere" / "code.jsonl", std::string(place) + " changed");
    auto const changed = of(tmp / "in");
    CHECK(changed != before);
    fs::create_symlink(tmp / "nowhere", tmp / place / "code-00001.jsonl");
    CHECK(of(tmp / "in") != changed);
  }
}

TEST_CASE("files of any size: every byte counts") {
  temporary_folder tmp;
  for (std::size_t size : {0u, 1u, 1u << 20, (1u << 20) + 1, 3u << 20}) {
    std::string text(size, 'x');
    put(tmp / "f", text);
    auto const h = of(tmp / "f");
    if (size < 1u << 20) CHECK(h == hash(text));
    for (std::size_t at : {std::size_t(0), size / 2, size - 1}) {
      if (size == 0) break;
      auto other = text;
      other[at] = 'y';
      put(tmp / "f", other);
      CHECK(of(tmp / "f") != h);
    }
  }
  fs::create_symlink(tmp / "f", tmp / "link");
  CHECK(of(tmp / "link") == of(tmp / "f"));  // who gives a link means the file
}

TEST_CASE("folders deeper than a path can be long have a hash") {
  temporary_folder tmp;
  put(tmp / "deep" / "x.py", "x");
  int at = ::open((tmp / "deep").c_str(), O_RDONLY | O_DIRECTORY);
  for (int i = 0; i < 1500; ++i) {
    REQUIRE(::mkdirat(at, "down", 0755) == 0);
    int const below = ::openat(at, "down", O_RDONLY | O_DIRECTORY);
    ::close(at);
    at = below;
  }
  int const file = ::openat(at, "y.py", O_CREAT | O_WRONLY, 0644);
  CHECK(file >= 0);
  ::close(file);
  ::close(at);
  CHECK(of(tmp / "deep") == of(tmp / "deep"));
  CHECK(std::system(("rm -rf '" + (tmp / "deep").string() + "'").c_str()) == 0);
}

// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <cstdio>
#include <map>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
expected<std::vector<std::string>> lines_of(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto reader, io::line_reader::open(path, 1 << 20));
  std::vector<std::string> lines;
  std::string_view line;
  for (;;) {
    SNOWCODER_TRY(bool more, reader.next(line));
    if (!more) return lines;
    lines.emplace_back(line);
  }
}
void put(std::filesystem::path const& path, std::string const& bytes) { REQUIRE(io::write_file(path, bytes)); }
std::string get(std::filesystem::path const& path) {
  auto file = io::mapped_file::open(path);
  REQUIRE(file);
  return std::string(file->bytes());
}
}  // namespace

TEST_CASE("lines come back from plain, gzip and zstd files alike") {
  temporary_folder dir;
  std::vector<std::string> const lines{"one", "", std::string(300000, 'x'), "last without newline"};
  std::string text;
  for (auto const& l : lines) text += l + (&l == &lines.back() ? "" : "\n");
  put(dir / "a.txt", text);
  auto writer = io::text_writer::open(dir / "a.zst");
  REQUIRE(writer);
  REQUIRE(writer->write(text));
  REQUIRE(writer->commit());
  auto* gz = gzopen((dir / "a.gz").c_str(), "wb");
  gzwrite(gz, text.data(), unsigned(text.size()));
  gzclose(gz);
  for (auto name : {"a.txt", "a.zst", "a.gz"}) {
    auto got = lines_of(dir / name);
    REQUIRE(got);
    CHECK(*got == lines);
  }
}

TEST_CASE("truncated and broken files are errors, not short reads") {
  temporary_folder dir;
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919) + "\n";
  auto writer = io::text_writer::open(dir / "a.zst");
  REQUIRE(writer->write(text));
  REQUIRE(writer->commit());
  auto bytes = get(dir / "a.zst");
  put(dir / "short.zst", bytes.substr(0, bytes.size() / 2));
  CHECK_FALSE(lines_of(dir / "short.zst"));
  bytes[bytes.size() / 2] = char(bytes[bytes.size() / 2] ^ 0x55);
  put(dir / "broken.zst", bytes);
  CHECK_FALSE(lines_of(dir / "broken.zst"));
  for (auto name : {"none.zst", "none.gz"}) {  // what a power cut leaves of a file: compressed, no line is some bytes
    put(dir / name, "");
    CHECK_FALSE(lines_of(dir / name));
  }
  put(dir / "none.txt", "");
  CHECK(lines_of(dir / "none.txt")->empty());
  REQUIRE(io::text_writer::open(dir / "no_line.zst")->commit());
  CHECK(lines_of(dir / "no_line.zst")->empty());
  put(dir / "long.txt", std::string(3 << 20, 'y'));
  CHECK_FALSE(lines_of(dir / "long.txt"));  // over the limit that lines_of sets
  CHECK_FALSE(lines_of(dir / "absent"));
}

TEST_CASE("threads that help to compress make the same bytes, however many they are") {
  temporary_folder tmp;
  draws const source("lines to compress", 1);
  std::string text;  // several pieces of the library's work
  for (std::uint64_t i = 0; text.size() < std::size_t(40) << 20; ++i)
    text += "value_" + std::to_string(source.below(5000, i, 0)) + " = " + std::to_string(source(i, 1)) + "\n";
  std::map<int, std::string> made;
  for (int helpers : {1, 2, 4}) {
    auto const path = tmp / (std::to_string(helpers) + ".jsonl.zst");
    auto writer = io::text_writer::open(path, 3, helpers);
    REQUIRE(writer);
    auto const step = std::size_t(7919) * std::size_t(helpers);  // nor how it is given to them
    for (std::size_t at = 0; at < text.size(); at += step) REQUIRE(writer->write(std::string_view(text).substr(at, step)));
    REQUIRE(writer->commit());
    made[helpers] = get(path);
    auto lines = io::line_reader::open(path);
    REQUIRE(lines);
    std::string back;
    for (std::string_view line; *lines->next(line);) (back += line) += '\n';
    CHECK(back == text);
  }
  CHECK(made[1] == made[2]);
  CHECK(made[1] == made[4]);
}

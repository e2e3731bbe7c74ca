// SPDX-License-Identifier: Apache-2.0
// Cached vectors: tables written and read back, shards joined, mismatches refused.
#include "support/catch.hpp"
#include "support/spilled.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/vector_file.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
io::vector_table table(int rows, std::int64_t width, std::size_t sections, std::string encoder = "e") {
  io::vector_table t;
  t.width = width;
  t.encoder = std::move(encoder);
  t.sections.resize(sections);
  for (int i = 0; i < rows; ++i) {
    t.rows.push_back({"id" + std::to_string(i), config::language(i % 18), hash(std::to_string(i)), "document", 10 + i});
    for (std::size_t s = 0; s < sections; ++s)
      for (std::int64_t j = 0; j < width; ++j) t.sections[s].push_back(float(i) + float(j) / 8 - float(s));
  }
  return t;
}
}  // namespace

TEST_CASE("vectors come back with their rows, shard after shard") {
  temporary_folder const room;
  auto const type = GENERATE(dtype::f16, dtype::f32);
  std::size_t const sections = GENERATE(1, 3);
  REQUIRE(io::write_vectors(room.path(), "a", table(5, 4, sections), type));
  REQUIRE(io::write_vectors(room.path(), "b", table(3, 4, sections), type));
  auto const back = io::read_vectors(room.path());
  REQUIRE(back);
  REQUIRE(back->rows.size() == 8);
  CHECK(back->sections.size() == sections);
  CHECK(back->rows[4].id == "id4");
  CHECK(back->rows[4].content == hash("4"));
  CHECK(back->rows[4].language == config::language(4));
  CHECK(back->rows[7].tokens == 12);
  CHECK(back->top(7)[3] == 2.375f);
  CHECK(back->sections.back()[0] == (sections == 3 ? -2.0f : 0.0f));
}

TEST_CASE("vectors that are not finite, or would not be as halves, are never written") {
  temporary_folder const room;
  auto const name = [](expected<void> const& e) { return e ? std::string() : e.error().what; };
  auto t = table(5, 4, 3);
  t.sections[1][4 * 3 + 2] = 65520;  // the first to round to infinity
  CHECK(name(io::write_vectors(room.path(), "a", t, dtype::f16)) == "the vector of id3 is not finite as f16");
  CHECK(std::filesystem::is_empty(room.path()));
  CHECK(io::write_vectors(room.path(), "a", t, dtype::f32));
  t.sections[2][4] = NAN;
  for (auto type : {dtype::f16, dtype::f32}) CHECK_FALSE(io::write_vectors(room.path(), "b", t, type));
  CHECK(name(io::write_vectors(room.path(), "b", t, dtype::f32)) == "the vector of id1 is not finite");
  CHECK_FALSE(std::filesystem::exists(room / "b.safetensors"));
}

TEST_CASE("the vectors of a shard wait on the disk, and training reads the first section alone") {
  temporary_folder const room;
  constexpr std::size_t width = 512, rows = 4000;
  auto out = io::vector_writer::open(room.path(), "a", "e", width, 3, dtype::f32);
  REQUIRE(out);
  std::vector<float> values(width);
  for (std::size_t i = 0; i < rows; ++i) {
    values.assign(width, float(i));
    std::vector<std::span<float const>> const sections(3, values);
    REQUIRE(out->add({"id" + std::to_string(i), config::language::go, hash(std::to_string(i)), "document", 1}, sections));
  }
  CHECK(tests::spilled_bytes(room.path()) > std::int64_t(3 * (rows * width * sizeof(float) - (2 << 20))));
  REQUIRE(out->commit());
  CHECK(io::read_vectors(room.path())->sections.size() == 3);
  auto const first = io::read_vectors(room.path(), 1);
  REQUIRE(first);
  CHECK((first->sections.size() == 1 && first->rows.size() == rows && first->top(3999)[511] == 3999));
}

TEST_CASE("vectors that do not belong together are refused") {
  temporary_folder const room;
  CHECK_FALSE(io::read_vectors(room.path()));
  REQUIRE(io::write_vectors(room.path(), "a", table(5, 4, 1), dtype::f16));
  REQUIRE(io::write_vectors(room.path(), "b", table(5, 4, 1, "other"), dtype::f16));
  CHECK_FALSE(io::read_vectors(room.path()));
  REQUIRE(io::write_vectors(room.path(), "b", table(5, 6, 1), dtype::f16));
  CHECK_FALSE(io::read_vectors(room.path()));
  REQUIRE(io::write_vectors(room.path(), "b", table(5, 4, 1), dtype::f16));
  REQUIRE(io::read_vectors(room.path()));
  std::filesystem::copy_file(room / "b.rows.jsonl.zst", room / "c.rows.jsonl.zst");
  REQUIRE(io::write_vectors(room.path(), "b", table(4, 4, 1), dtype::f16));
  std::filesystem::rename(room / "c.rows.jsonl.zst", room / "b.rows.jsonl.zst");  // five rows beside four vectors
  CHECK_FALSE(io::read_vectors(room.path()));
}

// SPDX-License-Identifier: Apache-2.0
// Cached vectors: halves by every bit pattern, tables written and read back, shards joined, mismatches refused.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/vector_file.hpp>

#include <cmath>
#include <filesystem>
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

TEST_CASE("every half goes to float and back") {
  int wrong = 0;
  for (unsigned h = 0; h < 65536; ++h) {
    float const f = io::detail::half_to_float(std::uint16_t(h));
    wrong += !std::isnan(f) && io::float_to_half(f) != h;
  }
  CHECK(wrong == 0);
  CHECK(io::float_to_half(1.0f + 0x1.0p-11f) == 0x3c00);  // a tie goes to even
  CHECK(io::float_to_half(1.0f + 0x1.8p-11f) == 0x3c01);
  CHECK((io::float_to_half(NAN) & 0x7fff) > 0x7c00);
}

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

// SPDX-License-Identifier: Apache-2.0
// What the judge reads and names: MD5 of data, sample rows.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/md5.hpp>
#include <snowcoder/io/sample_file.hpp>

#include <fstream>

using namespace snowcoder;

TEST_CASE("MD5 gives the answers of RFC 1321") {
  auto of = [](std::string_view text) {
    io::md5 sum;
    sum.add(text);
    return sum.hex();
  };
  CHECK(of("") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(of("abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(of("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
        "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("samples survive their rows, and rows that are none are named") {
  temporary_folder folder;
  std::vector<sample> const samples{{"a/1", "    return 1\n"}, {"a/2", "def f(): pass\n", true}};
  std::ofstream(folder / "s.jsonl") << io::sample_line(samples[0]) << "\n\n" << io::sample_line(samples[1]);
  auto const back = io::read_samples(folder / "s.jsonl");
  REQUIRE(back);
  REQUIRE(back->size() == 2);
  CHECK((*back)[0].completion == samples[0].completion);
  CHECK_FALSE((*back)[0].whole);
  CHECK((*back)[1].whole);
  for (auto bad : {"{", "[]", "{\"task_id\": \"a\"}", "{\"task_id\": 3, \"completion\": \"x\"}",
                   "{\"task_id\": \"a\", \"completion\": null}"}) {
    std::ofstream(folder / "bad.jsonl") << io::sample_line(samples[0]) << "\n" << bad << "\n";
    auto const refused = io::read_samples(folder / "bad.jsonl");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where.ends_with(":2"));
  }
}

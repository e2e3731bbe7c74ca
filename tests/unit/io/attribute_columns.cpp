// SPDX-License-Identifier: Apache-2.0
// Attributes asked for by id: in step with the documents nothing is held, in any other order the answers are the same.
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/io/document_file.hpp>

#include <array>
#include <cmath>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {
void write(temporary_folder const& room, std::vector<std::pair<std::string, double>> const& rows) {
  std::string first, second;
  for (std::size_t i = 0; i < rows.size(); ++i)
    (i < rows.size() / 2 ? first : second) +=
        io::attribute_line({rows[i].first, 10, {{"other", 5}, {"value", rows[i].second}}}) + "\n";
  REQUIRE(io::write_file(room / "attributes/s/a.jsonl", first));
  REQUIRE(io::write_file(room / "attributes/s/b.jsonl", second));
}
auto open(temporary_folder const& room) { return io::attribute_columns<2>::open(room.path(), "s", {"value", "other"}); }
}  // namespace

TEST_CASE("values in the order of the documents, and in another one") {
  temporary_folder const room;
  std::vector<std::pair<std::string, double>> rows;
  for (int i = 0; i < 50; ++i) rows.emplace_back("id" + std::to_string(i), i * 0.25);
  write(room, rows);
  auto ahead = open(room);
  REQUIRE(ahead);
  for (int i = 0; i < 50; ++i) CHECK(*ahead->find("id" + std::to_string(i)) == std::array{i * 0.25, 5.0});
  CHECK(ahead->in_order());
  auto back = *open(room);
  for (int i = 49; i >= 0; --i) CHECK(*back.find("id" + std::to_string(i)) == std::array{i * 0.25, 5.0});
  CHECK_FALSE(back.in_order());
  auto gap = *open(room);
  CHECK((*gap.find("id0"))[0] == 0);
  CHECK(std::isnan((*gap.find("nobody"))[0]));
  CHECK((*gap.find("id1"))[0] == 0.25);
  CHECK((*gap.find("id2"))[0] == 0.5);
}

TEST_CASE("a value that is none is no value, and a row that is none is an error") {
  temporary_folder const room;
  write(room, {{"a", NAN}, {"b", 1}});
  auto columns = *open(room);
  auto const a = *columns.find("a"), b = *columns.find("b");
  CHECK(std::isnan(a[0]));
  CHECK(a[1] == 5);
  CHECK(b[0] == 1);
  CHECK(std::isnan((*io::attribute_columns<1>::open(room.path(), "s", {"absent"})->find("a"))[0]));
  CHECK_FALSE(io::attribute_columns<1>::open(room.path(), "nothing", {"value"}));
  for (auto const* text : {"{\"id\": 1}", "{", "[]", "{\"id\": \"a\"}"}) {
    REQUIRE(io::write_file(room / "attributes/s/a.jsonl", std::string(text) + "\n"));
    CHECK_FALSE(open(room)->find("a"));
  }
}

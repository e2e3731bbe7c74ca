// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/shard_writer.hpp>

using namespace snowcoder;

namespace {
document make(std::string text) {
  document d;
  d.text = std::move(text);
  d.source = "folder";
  d.repository = "owner/name";
  d.path = "src/a.cpp";
  d.language = config::language::cpp;
  d.stars = 12;
  d.id = document_id(d.repository, d.path, d.text);
  return d;
}
}  // namespace

TEST_CASE("a document survives its row") {
  auto const d = make("line \"one\"\n\ttab \xe2\x9c\x93 \x01\n");
  io::document_parser parser;
  auto back = parser.parse(io::document_line(d), "row");
  REQUIRE(back);
  CHECK(back->text == d.text);
  CHECK(back->id == d.id);
  CHECK(back->language == config::language::cpp);
  CHECK(back->stars == 12);
  CHECK(back->created.empty());
  CHECK(io::document_line(*back) == io::document_line(d));
}

TEST_CASE("rows that are not documents are refused with their place") {
  io::document_parser parser;
  for (auto row : {"", "{", "[]", "{\"id\": 3}", "{\"text\": 5}", "{\"text\": \"a\"} x"}) {
    auto d = parser.parse(row, "file:7");
    REQUIRE_FALSE(d);
    CHECK(d.error().where == "file:7");
  }
}

TEST_CASE("shards are cut by group and size, and read back in order") {
  temporary_folder dir;
  io::shard_writer writer(dir / "documents", 1000);
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) {
    auto d = make("text " + std::to_string(i));
    ids.push_back(d.id);
    REQUIRE(writer.write(i < 8 ? "cpp" : "go", io::document_line(d)));
  }
  REQUIRE(writer.close());
  CHECK(io::shards(dir / "documents").size() > 2);
  auto all = io::read_documents(dir.path());
  REQUIRE(all);
  REQUIRE(all->size() == 20);
  for (int i = 0; i < 20; ++i) CHECK((*all)[std::size_t(i)].id == ids[std::size_t(i)]);
  io::shard_writer later(dir / "documents", 1000);
  later.go_on_behind("go", writer.shards());
  REQUIRE(later.write("go", "{}"));
  CHECK(later.name() == "go-0000" + std::to_string(writer.shards()) + ".jsonl.zst");
  CHECK_FALSE(io::read_documents(dir / "nothing"));
}

TEST_CASE("attributes keep names, order and values") {
  CHECK(io::attribute_line({"a", 10, {{"value", 0.1}, {"top", -2.5}}}) ==
        R"({"id":"a","attributes":{"value":[[0,10,0.1]],"top":[[0,10,-2.5]]}})");
}

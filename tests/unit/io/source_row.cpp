// SPDX-License-Identifier: Apache-2.0
// Rows under the column names of the data sets that people have, and under names that a user gives.
#include <snowcoder/io/source_row.hpp>

#include "support/catch.hpp"

using namespace snowcoder;
using io::source_row_parser;

TEST_CASE("The Stack v1, The Stack v2, StarCoderData") {
  source_row_parser parser;
  auto const v1 = parser.parse(
      R"({"hexsha": "ab", "size": 9, "ext": "py", "lang": "Python", "max_stars_repo_path": "a/b.py", "max_stars_repo_name": "o/r",
          "max_stars_repo_licenses": ["MIT", "ISC"], "max_stars_count": 12.0, "max_forks_count": 3, "content": "x = 1\n"})",
      "");
  REQUIRE(v1);
  CHECK(v1->content.text == "x = 1\n");
  CHECK(v1->content.repository == "o/r");
  CHECK(v1->content.path == "a/b.py");
  CHECK(v1->content.licence == "MIT");
  CHECK(v1->content.stars == 12);
  CHECK(v1->content.forks == 3);
  CHECK(v1->language == "Python");
  auto const v2 = parser.parse(
      R"({"blob_id": "cd", "path": "/src/x.c", "repo_name": "o/s", "detected_licenses": ["Apache-2.0"], "license_type": "permissive",
          "language": "C", "star_events_count": 5, "fork_events_count": null, "committer_date": "2020-01-02", "src": "int x;", "content": null})",
      "");
  REQUIRE(v2);
  CHECK(v2->content.text == "int x;");  // the first name that holds a text
  CHECK(v2->content.licence == "Apache-2.0");
  CHECK(v2->content.created == "2020-01-02");
  CHECK(v2->content.stars == 5);
  CHECK_FALSE(v2->content.forks);
  auto const starcoder = parser.parse(
      R"({"max_stars_repo_path": "x.go", "max_stars_repo_name": "o/t", "max_stars_count": null, "id": "7", "content": "package x"})",
      "");
  REQUIRE(starcoder);
  CHECK(starcoder->content.id == "7");
  CHECK_FALSE(starcoder->content.stars);
}

TEST_CASE("a user names columns") {
  io::row_columns columns;
  REQUIRE(columns.map("text=body"));
  REQUIRE(columns.map("repository=origin.name"));
  CHECK(columns.changes() == "text=body repository=origin.name");
  source_row_parser parser(columns);
  auto const row = parser.parse(R"({"content": "no", "body": "yes", "origin": {"name": "o/r"}, "repo": "no"})", "");
  REQUIRE(row);
  CHECK(row->content.text == "yes");
  CHECK(row->content.repository == "o/r");
  CHECK_FALSE(parser.parse(R"({"content": "no"})", ""));  // a mapped field has one name only
  for (auto const* bad : {"text", "text=", "words=x", "=x", ""}) CHECK_FALSE(columns.map(bad));
}

TEST_CASE("a long row of many values is refused before it is parsed") {
  CHECK(io::bytes_outside_strings(R"({"a": "b\"c\\", "d": 1})") == 9);
  CHECK(io::bytes_outside_strings("") == 0);
  CHECK(io::bytes_outside_strings("\"open") == 0);
  CHECK(io::bytes_outside_strings("\"open\\") == 0);
  source_row_parser parser;
  std::string values;
  while (values.size() < source_row_parser::long_row) values += "1,";
  CHECK_FALSE(parser.parse("{\"text\": \"x\", \"n\": [" + values + "1]}", ""));
  CHECK(parser.parse("{\"text\": \"" + values + "\", \"n\": [1, 2]}", ""));
  CHECK(parser.parse(R"({"text": "x", "n": [1,1,1]})", ""));
}

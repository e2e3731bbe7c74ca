// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/io/json.hpp>

#include <string>

using namespace snowcoder;

namespace {
std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }
}  // namespace

TEST_CASE("values are as deep as a text may make them, and deeper ones take no stack") {
  CHECK(io::parse_json(nested(io::most_nested), "here"));
  CHECK(io::parsed("{\"a\": " + nested(io::most_nested - 1) + "}").is_object());
  for (std::size_t depth : {io::most_nested + 1, 1'000'000}) {
    auto const refused = io::parse_json(nested(depth), "here");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("nested deeper than") != std::string::npos);
    CHECK(io::parsed(nested(depth)).is_discarded());
    CHECK(io::parsed<io::sorted_json>(nested(depth)).is_discarded());
  }
}

TEST_CASE("brackets in strings, behind quotes and backslashes too, are text") {
  auto const many = std::string(2 * io::most_nested, '[');
  CHECK(io::parse_json("[\"" + many + "\", \"\\\"" + many + "\", \"\\\\\"]", "here"));
  CHECK_FALSE(io::parse_json("[\"\\\\\"," + many, "here"));
  std::string beside = "[";
  for (int i = 0; i < 2 * io::most_nested; ++i) beside += "[{}],";
  CHECK(io::parse_json(beside + "0]", "here"));
}

// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/core/philox.hpp>
#include <snowcoder/decontaminate/detector.hpp>

#include "support/catch.hpp"

#include <set>
#include <string>

using namespace snowcoder;
using namespace snowcoder::decontaminate;

namespace {
benchmark_task task() {
  benchmark_task t;
  t.id = "Made/1";
  t.prompt =
      "import os\nfrom sys import path\n\ndef running_maximum(values):\n    \"\"\"Return the list of the largest value seen so "
      "far.\"\"\"\n";
  t.solution =
      "    best, out = None, []\n    for v in values:\n        best = v if best is None else max(best, v)\n        "
      "out.append(best)\n    return out\n";
  t.test = "assert running_maximum([1, 3, 2, 5]) == [1, 3, 3, 5]\nassert running_maximum([]) == []\n";
  t.texts = {t.prompt, t.solution, "return x + y"};
  return t;
}
detector made() {
  detector d(config::decontamination{});
  d.add("Made", task());
  d.finish();
  return d;
}
std::string random_code(std::uint64_t number, std::size_t words) {
  draws const source("code", 3);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) {
    auto const r = source(number, i);
    text += "abcd"[r & 3];
    if (r & 4) text += " \n\t,"[(r >> 3) & 3];
  }
  return text;
}
}  // namespace

TEST_CASE("a copy is found however it is laid out") {
  auto const d = made();
  auto const t = task();
  std::string wide;
  for (char c : t.solution) wide += c == ' ' ? std::string("\t\t") : c == '\n' ? std::string("\n\n\n") : std::string(1, c);
  auto const hits = d.find("x = 1\n" + wide + "print(x)\n");
  REQUIRE_FALSE(hits.empty());
  CHECK(hits[0].benchmark == "Made");
  CHECK(hits[0].task == "Made/1");
  CHECK(hits[0].found_by == rule::substring);
  std::string const doc = "x = 1\n" + wide;
  CHECK(doc.substr(hits[0].begin, 4) == "best");
}

TEST_CASE("a copy behind comment marks is found by its words") {
  auto const hits =
      made().find("// def running_maximum(values):\n// \"Return the list of the largest\n// value seen so far.\"\n");
  REQUIRE_FALSE(hits.empty());
  CHECK(hits[0].found_by == rule::word_run);
}

TEST_CASE("a test counts as a whole only") {
  auto const d = made();
  CHECK(d.find(task().test).at(0).found_by == rule::substring);
  CHECK(d.find("assert running_maximum([1, 3, 2, 5]) == [1, 3, 3, 5]\n").empty());
}

TEST_CASE("what every program has is no evidence") {
  auto const d = made();
  CHECK(d.too_short() == 1);  // return x + y
  CHECK(d.find("def f(x, y):\n    return x + y\n").empty());
  CHECK(d.find("import os\nfrom sys import path\nimport re\n").empty());
  CHECK(d.find("").empty());
  word_run_index numbers(10, 20);
  numbers.add("1 2 3 4 5 6 7 8 9 10", 0);
  CHECK(numbers.skipped() == 1);
  CHECK(numbers.size() == 0);
}

TEST_CASE("the substring scanner agrees with a search for each pattern") {
  for (std::uint64_t n = 0; n < 60; ++n) {
    auto const text = random_code(n, 400);
    substring_index index(5);
    std::vector<std::string> patterns;
    std::multiset<std::pair<std::uint32_t, std::size_t>> expected, found;
    auto const bare = squeezed(text);
    for (std::uint32_t p = 0; p < 40; ++p) {
      auto const pattern = p % 2 ? random_code(1000 + n * 100 + p, 6) : text.substr((p * 37) % 300, 8 + p);
      auto const key = squeezed(pattern);
      CHECK(index.add(pattern, p) == (key.size() >= 5));
      if (key.size() < 5) continue;
      for (auto at = bare.find(key); at != bare.npos; at = bare.find(key, at + 1)) expected.insert({p, at});
    }
    index.finish();
    index.find(text, [&](std::uint32_t p, std::size_t begin, std::size_t) {
      found.insert({p, squeezed(text.substr(0, begin)).size()});
    });
    CHECK(found == expected);
    CHECK(expected.size() >= 15);
  }
}

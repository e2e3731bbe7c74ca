// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/decontaminate/detector.hpp>

#include "support/catch.hpp"
#include "support/contract.hpp"

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
}  // namespace

TEST_CASE("a detector that is not finished finds nothing, and a finished one takes nothing: wrong calls") {
  detector open(config::decontamination{});
  open.add("Made", task());
  CHECK(breaks_contract([&] { open.find("x"); }));
  auto finished = made();
  CHECK(breaks_contract([&] { finished.add("Made", task()); }));
  CHECK(breaks_contract([&] { finished.finish(); }));
  CHECK_FALSE(breaks_contract([&] { finished.find("x"); }));
}

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
  numbers.add("1 2 3 4 5 6 7 8 9 10 11 12 13 14", 0);
  numbers.add("for i in range(n): for j in range(m): for k in range(n): a[i][j] = 0", 1);
  numbers.add("'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October'", 2);
  numbers.finish([](std::uint32_t) { return 0; });
  CHECK(numbers.size() == 0);
  CHECK(numbers.skipped() > 10);
}

TEST_CASE("four solutions of HumanEval that every program has are no evidence, beside what is") {
  detector d(config::decontamination{});
  benchmark_task t;
  for (auto const* solution : {"    return x + y\n", "    return len(string)\n", "    return n**2\n",
                               "    return ' '.join([str(x) for x in range(n + 1)])\n"}) {
    t.id += "x";
    t.texts = {solution};
    t.test = "assert candidate(1, 2) == 3\n";
    d.add("Trivial", t);
  }
  d.finish();
  CHECK(d.find("def add(x: int, y: int):\n    return x + y\n\ndef f(string):\n    return len(string)\n").empty());
  CHECK(d.find("    return n**2\n").empty());
}

TEST_CASE("a run that many tasks of one benchmark share tells none of them; as part of a whole text it does") {
  benchmark_task t;
  std::string const common = "Write a function that takes the given table and answers with ";
  for (int benchmarks = 1; benchmarks <= 4; ++benchmarks) {
    detector d(config::decontamination{});
    for (int i = 0; i < 4; ++i) {
      t.id = std::to_string(i);
      t.texts = {common + std::string(std::size_t(i + 2), char('a' + i)) + " birds of every colour"};
      d.add("B" + std::to_string(i % benchmarks), t);
    }
    d.finish();
    CHECK(d.find(common + "nothing").empty() == (benchmarks == 1));
    auto const hits = d.find(common + "cccc birds of every colour");
    REQUIRE_FALSE(hits.empty());
    CHECK(hits[0].found_by == rule::substring);
    CHECK(hits[0].task == "2");
  }
}

TEST_CASE("every task that has a text is named, with its place") {
  detector d(config::decontamination{});
  auto t = task();
  d.add("One", t);
  t.id = "Other/7";
  d.add("Two", t);
  d.finish();
  auto const text = "x = 1\n" + t.solution;
  auto const hits = d.find(text);
  REQUIRE(hits.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(hits[i].benchmark == (i % 2 ? "Two" : "One"));
    CHECK(hits[i].task == (i % 2 ? "Other/7" : "Made/1"));
    CHECK(hits[i].found_by == (i < 2 ? rule::substring : rule::word_run));
    CHECK(text.substr(hits[i].begin, 4) == "best");
    CHECK(text.substr(hits[i].end - 3, 3) == "out");
  }
}

// SPDX-License-Identifier: Apache-2.0
// EvoEval: inputs are Python's text, answers agree by kind and nearness, some tasks take any right answer.
#include "support/catch.hpp"
#include "support/judged.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/benchmark_file.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

/// Verdicts of whole programs on a task as its file has it.
std::vector<verdict> verdicts(std::string const& suite, io::json row, std::vector<std::string> const& programs) {
  temporary_folder folder;
  auto const path = folder.path() / (suite + ".jsonl");
  std::ofstream(path) << row.dump() << "\n";
  auto const tasks = io::read_benchmark(path);
  if (!tasks) FAIL(tasks.error().message());
  std::vector<sample> samples;
  for (auto const& p : programs) samples.push_back({row["task_id"].get<std::string>(), p, true});
  std::vector<verdict> all;
  for (auto const& v : judge(*tasks, samples, 1, patient())) {
    UNSCOPED_INFO(v.detail);
    all.push_back(v.outcome);
  }
  return all;
}
io::json task(std::string const& id, std::string const& entry, std::string const& solution,
              std::vector<std::string> const& in) {
  return {
      {"task_id", "EvoEval/" + id}, {"prompt", ""}, {"entry_point", entry}, {"canonical_solution", solution}, {"inputs", in}};
}
constexpr auto yes = verdict::passed, no = verdict::failed;

}  // namespace

TEST_CASE("EvoEval's inputs are Python's text, and every one is asked") {
  auto const row = task("0", "kinds", "def kinds(a, b=0):\n    return [type(a).__name__, b]\n",
                        {"(1, 2)", "{3}", "{'a': 1}, 2", "b'x', -1", "None", "1 + 2j, [True]"});
  CHECK(verdicts("EvoEval_difficult", row,
                 {row["canonical_solution"], "def kinds(a, b=0):\n    return [type(a).__name__, 0]\n",
                  "def kinds(a, b=0):\n    return (type(a).__name__, b)\n"}) == std::vector{yes, no, no});
}

TEST_CASE("EvoEval's answers agree when they are of one kind and near") {
  auto const by_solution = [](std::string const& expected, std::vector<std::string> const& answers) {
    std::vector<std::string> programs;
    for (auto const& a : answers) programs.push_back("def f(x):\n    return " + a + "\n");
    return verdicts("EvoEval_combine", task("1", "f", "def f(x):\n    return " + expected + "\n", {"0"}), programs);
  };
  CHECK(by_solution("1.0", {"1.0 + 9e-6", "1.0 + 2e-5", "1", "True", "[1.0]", "'1.0'"}) ==
        std::vector{yes, no, no, no, yes, no});  // a single float is a list of one, there
  CHECK(by_solution("float('nan')", {"float('nan')", "0.0", "float('inf')"}) == std::vector{yes, no, no});
  CHECK(by_solution("float('inf')", {"float('inf')", "-float('inf')", "1e300"}) == std::vector{yes, no, no});
  CHECK(by_solution("[1.0, 2.0]", {"(1.0, 2.0)", "[1.0, 2.0, 3.0]", "[1.0, 2]", "[]"}) == std::vector{yes, no, no, no});
  CHECK(by_solution("[1, [2.0, 3.0]]", {"[1, (2.0, 3.0)]", "(1, [2.0, 3.0])", "[True, [2.0, 3.0]]"}) ==
        std::vector{yes, no, no});
  CHECK(by_solution("{'a': [1.0], 'b': {1}}", {"{'b': {1}, 'a': [1.0000001]}", "{'a': [1.0], 'b': [1]}", "{'a': [1.0]}"}) ==
        std::vector{yes, no, no});
  CHECK(by_solution("None", {"None", "0", "False"}) == std::vector{yes, no, no});
}

TEST_CASE("some of EvoEval's tasks take any right answer, each in its own part of the benchmark") {
  auto const palindrome = task("10", "make", "def make(s):\n    return s + s[-2::-1].upper()\n", {"'ab'", "'xyz'"});
  std::string const lower = "def make(s):\n    return s + s[-2::-1]\n", longer = "def make(s):\n    return s + s[::-1]\n";
  CHECK(verdicts("EvoEval_difficult", palindrome, {lower, longer}) == std::vector{yes, no});
  CHECK(verdicts("EvoEval_combine", palindrome, {lower}) == std::vector{no});

  auto const root = task("32", "root", "def root(xs, interval):\n    return None if xs[0] > 9 else -xs[0] / xs[1]\n",
                         {"[1.0, 2.0], (-1, 1)", "[10.0, 1.0], (0, 1)"});
  CHECK(verdicts("EvoEval_difficult", root,
                 {"def root(xs, i):\n    return None if xs[0] > 9 else -0.495\n", "def root(xs, i):\n    return -0.495\n",
                  "def root(xs, i):\n    return None if xs[0] > 9 else -0.4\n"}) == std::vector{yes, no, no});
  auto const even = task("32", "root", "def root(xs):\n    return 1.0\n", {"[-2.0, 1.0, 1.0]"});  // -2 + x + x^3
  CHECK(verdicts("EvoEval_subtle", even, {"def root(xs):\n    return 1 + 1e-9\n", "def root(xs):\n    return 1.001\n"}) ==
        std::vector{yes, no});

  std::string const grid = "[[0, 0], [1, 0]], (0, 0), (1, 1)";
  auto const moves = task("26", "way", "def way(m, a, b):\n    return ['right', 'down']\n", {grid});
  CHECK(verdicts("EvoEval_creative", moves,
                 {"def way(m, a, b):\n    return ['right', 'left', 'right', 'down']\n",
                  "def way(m, a, b):\n    return ['down', 'right']\n", "def way(m, a, b):\n    return ['right']\n"}) ==
        std::vector{yes, no, no});
  auto const path =
      task("30", "way", "def way(m, a, b):\n    return [(0, 0), (0, 1), (1, 1)]\n", {"[[1, 1], [0, 1]], (0, 0), (1, 1)"});
  CHECK(verdicts("EvoEval_creative", path,
                 {"def way(m, a, b):\n    return [(0, 0), (0, 1), (0, 0), (0, 1), (1, 1)]\n",
                  "def way(m, a, b):\n    return [(0, 0), (1, 1)]\n"}) == std::vector{yes, no});
  auto const factors = task("69", "pick", "def pick(a, t):\n    return (0, 1) if a[0] == 2 else 'No magic today'\n",
                            {"[2, 6, 3, 4], 12", "[1], 5"});
  CHECK(verdicts("EvoEval_creative", factors,
                 {"def pick(a, t):\n    return (2, 3) if len(a) > 1 else 'No magic today'\n",
                  "def pick(a, t):\n    return [2, 3] if len(a) > 1 else 'No magic today'\n",
                  "def pick(a, t):\n    return (3, 2) if len(a) > 1 else 'No magic today'\n"}) == std::vector{yes, no, no});
}

// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/io/benchmark_file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <fstream>

using namespace snowcoder;

TEST_CASE("rows of every suite give the same record") {
  temporary_folder tmp;
  std::ofstream(tmp / "Mixed.jsonl")
      << R"({"task_id": "HumanEval/0", "prompt": "def f():\n    \"\"\" words of it \"\"\"\n", "canonical_solution": "    return 1\n", "test": "def check(c): pass", "entry_point": "f"})"
      << '\n'
      << R"({"task_id": "Mbpp/2", "prompt": "\"\"\"\nWrite it\n\"\"\"", "canonical_solution": "x", "assertion": "assert 1", "entry_point": "g", "plus_input": [NaN, -Infinity, "NaN \" Infinity"]})"
      << '\n'
      << R"({"task_id": 7, "text": "Write it", "code": "def h(): pass", "test_list": ["assert h() == 1", "assert b"], "test_setup_code": "import os"})"
      << '\n'
      << R"({"task_id": "BigCodeBench/1", "complete_prompt": "def t():\n    '''doc'''", "instruct_prompt": "Do it.", "canonical_solution": "s", "test": "class T", "entry_point": "t"})"
      << "\n\n";
  auto const tasks = io::read_benchmark(tmp / "Mixed.jsonl");
  REQUIRE(tasks);
  REQUIRE(tasks->size() == 4);
  auto const& t = *tasks;
  CHECK(t[0].id == "HumanEval/0");
  CHECK(t[0].texts == std::vector<std::string>{t[0].prompt, " words of it ", t[0].solution});
  CHECK(t[0].entry_point == "f");
  CHECK(t[1].test == "assert 1");
  CHECK(t[1].row.empty());
  CHECK(t[2].id == "Mbpp/7");
  CHECK(t[2].prompt == "\"\"\"\nWrite it\nassert h() == 1\n\"\"\"\n");
  CHECK(t[2].entry_point == "h");
  CHECK(t[2].test == "import os\nassert h() == 1\nassert b\n");
  CHECK(std::find(t[2].texts.begin(), t[2].texts.end(), "Write it") != t[2].texts.end());
  CHECK(t[3].prompt.starts_with("def t()"));
  CHECK(t[3].texts == std::vector<std::string>{t[3].prompt, "doc", "s", "Do it."});
  CHECK(io::benchmark_name("a/b/Mixed.jsonl.gz") == "Mixed");
}

TEST_CASE("inputs to compare on stay as they are written") {
  temporary_folder tmp;
  std::string const row =
      R"({"task_id": "HumanEval/0", "prompt": "p", "canonical_solution": "s", "entry_point": "f", "base_input": [[1e300]], "plus_input": [[NaN, 123456789012345678901234567890]], "atol": 0})";
  std::ofstream(tmp / "Plus.jsonl") << row << '\n';
  auto const tasks = io::read_benchmark(tmp / "Plus.jsonl");
  REQUIRE(tasks);
  CHECK(tasks->front().row == row);
}

TEST_CASE("the texts of a task are its parts, each alone; unknown rows have texts only to look for copies") {
  temporary_folder tmp;
  std::ofstream(tmp / "Parts.jsonl")
      << R"({"task_id": "P/1", "prompt": "def helper():\n    'one'\n\n\ndef f():\n    \"\"\"first words\"\"\"\n\ndef g():\n    '''second words'''\n", "canonical_solution": "\ndef f(a: int, b):\n    return a\n"})"
      << '\n';
  auto const tasks = io::read_benchmark(tmp / "Parts.jsonl");
  REQUIRE(tasks);
  auto const& t = tasks->front();
  CHECK(t.texts == std::vector<std::string>{t.prompt, "first words", "second words", t.solution, "\n    return a\n"});

  std::ofstream(tmp / "Own.jsonl") << R"({"name": "own/1", "passage": "a text", "answers": [{"body": "another"}, 7]})" << '\n';
  CHECK_FALSE(io::read_benchmark(tmp / "Own.jsonl"));
  auto const own = io::read_benchmark_texts(tmp / "Own.jsonl");
  REQUIRE(own);
  CHECK(own->front().id == "own/1");
  CHECK(own->front().texts == std::vector<std::string>{"own/1", "a text", "another"});
}

TEST_CASE("a benchmark with a hole is an error") {
  temporary_folder tmp;
  std::ofstream(tmp / "cut.jsonl") << R"({"task_id": "a", "prompt": "x"})"
                                   << "\n{\"task_id\": \"b\", \"pro";
  CHECK_FALSE(io::read_benchmark(tmp / "cut.jsonl"));
  std::ofstream(tmp / "other.jsonl") << R"({"unknown": 1})";
  CHECK_FALSE(io::read_benchmark(tmp / "other.jsonl"));
  std::ofstream(tmp / "empty.jsonl") << "";
  CHECK_FALSE(io::read_benchmark(tmp / "empty.jsonl"));
  CHECK_FALSE(io::read_benchmark(tmp / "missing.jsonl"));
}

// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/io/benchmark_file.hpp>

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fstream>

using namespace snowcoder;

TEST_CASE("rows of every suite give the same record") {
  temporary_folder tmp;
  std::ofstream(tmp / "Mixed.jsonl")
      << R"({"task_id": "HumanEval/0", "prompt": "def f():\n    \"\"\" words of it \"\"\"\n", "canonical_solution": "    return 1\n", "test": "def check(c): pass", "entry_point": "f"})"
      << '\n'
      << R"({"task_id": "Mbpp/2", "prompt": "\"\"\"\nWrite it\n\"\"\"", "canonical_solution": "x", "assertion": "assert 1", "entry_point": "g", "plus_input": [NaN, -Infinity, "NaN \" Infinity"]})"
      << '\n'
      << R"({"task_id": 7, "text": "Write it", "code": "def h(): pass", "test_list": ["assert a", "assert b"]})" << '\n'
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
  CHECK(t[2].id == "7");
  CHECK(t[2].prompt == "Write it");
  CHECK(t[2].test == "assert a\nassert b\n");
  CHECK(t[3].prompt.starts_with("def t()"));
  CHECK(t[3].texts == std::vector<std::string>{t[3].prompt, "doc", "s", "Do it."});
  CHECK(io::benchmark_name("a/b/Mixed.jsonl.gz") == "Mixed");
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

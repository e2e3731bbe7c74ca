// SPDX-License-Identifier: Apache-2.0
// One task of a code benchmark, its completions and their verdicts.
#pragma once

#include <string>
#include <vector>

namespace snowcoder {

struct benchmark_task {
  std::string id;  ///< "HumanEval/0"
  std::string prompt;
  std::string solution;  ///< canonical
  std::string test;
  std::string entry_point;
  std::string row = {};    ///< the whole row as JSON where it has inputs to compare on (HumanEval+, MBPP+, EvoEval), else empty
  std::string suite = {};  ///< the benchmark's name
  std::string stub = {};   ///< imports and signature with an empty body, which go before a sample's text (BigCodeBench)
  std::vector<std::string> texts = {};  ///< everything that must not be in the training data, prompt and solution included

  /// Its test is a class of cases for Python's unittest, which look into the program that they test (BigCodeBench).
  bool has_cases() const { return test.find("class TestCases") != std::string::npos; }
};

struct sample {
  std::string task;
  std::string completion;  ///< continues the prompt
  bool whole = false;      ///< `completion` is the whole program, prompt included
};

enum class verdict : unsigned char { passed, failed, timed_out, crashed, refused };

struct judged_sample {
  sample answer;
  verdict outcome = verdict::failed;
  std::string detail;  ///< last line of the error, or which limit was hit
  double seconds = 0;
  bool base = false;  ///< passed, or failed on inputs only that a "plus" benchmark adds to its base
};

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// Completions of a benchmark in the JSONL form that the public harnesses share: task_id with `completion` (continues the
// prompt) or `solution` (the whole program).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json_rows.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace snowcoder::io {

inline std::string sample_line(sample const& s) {
  return to_line({{"task_id", s.task}, {s.whole ? "solution" : "completion", s.completion}});
}

/// All samples in file order. A row that is none is an error that names its line: a score with holes would look whole.
inline expected<std::vector<sample>> read_samples(std::filesystem::path const& path) {
  std::vector<sample> all;
  SNOWCODER_CHECK(for_each_row(path, [&](json const& row, std::string const& place) -> expected<void> {
    auto const text = [&](char const* key) { return row.is_object() && row.contains(key) && row[key].is_string(); };
    if (!text("task_id") || !(text("completion") || text("solution")))
      return failure("not a sample", place, "rows need the strings task_id and completion, or task_id and solution");
    bool const whole = !text("completion");
    all.push_back({row["task_id"].get<std::string>(), row[whole ? "solution" : "completion"].get<std::string>(), whole});
    return {};
  }));
  return all;
}

}  // namespace snowcoder::io

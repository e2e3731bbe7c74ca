// SPDX-License-Identifier: Apache-2.0
// Completions of a benchmark in the JSONL form that the public harnesses share: task_id with `completion` (continues the
// prompt) or `solution` (the whole program).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

inline std::string sample_line(sample const& s) {
  return to_line({{"task_id", s.task}, {s.whole ? "solution" : "completion", s.completion}});
}

/// All samples in file order. A row that is none is an error that names its line: a score with holes would look whole.
inline expected<std::vector<sample>> read_samples(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  std::vector<sample> all;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) return all;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    SNOWCODER_TRY(auto const row, parse_json(line, lines.place()));
    auto const text = [&](char const* key) { return row.is_object() && row.contains(key) && row[key].is_string(); };
    if (!text("task_id") || !(text("completion") || text("solution")))
      return failure("not a sample", lines.place(), "rows need the strings task_id and completion, or task_id and solution");
    bool const whole = !text("completion");
    all.push_back({row["task_id"].get<std::string>(), row[whole ? "solution" : "completion"].get<std::string>(), whole});
  }
}

}  // namespace snowcoder::io

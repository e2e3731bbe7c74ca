// SPDX-License-Identifier: Apache-2.0
// Rows of source as prepare reads them, in memory, for programs that need more of a row than its text.
#pragma once

#include "support/sample.hpp"

#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/source_row.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::benchmark {

struct source_text {
  std::string text, language, path;
};

/// The rows of a .jsonl, .jsonl.gz or .jsonl.zst file.
inline std::vector<source_text> source_rows(char const* file) {
  std::vector<source_text> rows;
  auto reader = must(io::line_reader::open(file));
  io::source_row_parser parser;
  for (std::string_view line; must(reader.next(line));) {
    auto row = must(parser.parse(line, reader.place()));
    rows.push_back({std::move(row.content.text), std::move(row.language), std::move(row.content.path)});
  }
  return rows;
}

inline double megabytes(std::vector<source_text> const& rows) {
  double bytes = 0;
  for (auto const& r : rows) bytes += double(r.text.size());
  return bytes / 1e6;
}

}  // namespace snowcoder::benchmark

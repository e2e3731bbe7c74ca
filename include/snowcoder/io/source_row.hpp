// SPDX-License-Identifier: Apache-2.0
// Rows of other people's code data sets: The Stack, StarCoder, GitHub dumps, Dolma documents. Every column has several names
// in the field; they are listed here once.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/document.hpp>

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::io {

/// A row as it says of itself; `language` is the declared name, whatever it is.
struct source_row {
  document content;
  std::string language;
};

/// Parses rows; keep one per thread, it owns the parser's memory.
class source_row_parser {
 public:
  expected<source_row> parse(std::string_view line, std::string const& where) {
    simdjson::padded_string const padded(line);
    simdjson::dom::element row;
    if (auto const e = parser_.parse(padded).get(row))
      return failure(std::string("not a JSON row: ") + simdjson::error_message(e), where);
    if (!row.is_object()) return failure("not a JSON object", where);
    source_row r;
    auto& d = r.content;
    if (!text(row, d.text, "content", "text", "code")) return failure("no field content, text or code", where);
    text(row, d.id, "id", "hexsha", "blob_id");
    text(row, d.created, "created");
    simdjson::dom::element meta = row;
    if (row["metadata"].get(meta) || !meta.is_object()) meta = row;
    for (auto const& side : {row, meta}) {
      text(side, d.repository, "repo", "repository", "repo_name", "repository_name", "max_stars_repo_name");
      text(side, d.path, "path", "file_path", "filename", "max_stars_repo_path");
      text(side, r.language, "language", "lang", "programming_language");
      first_text(side, d.licence, "licence", "license", "license_type", "max_stars_repo_licenses", "licenses",
                 "detected_licenses");
      number(side, d.stars, "stars", "max_stars_count", "star_events_count", "stars_count");
    }
    return r;
  }

 private:
  using element = simdjson::dom::element;

  static bool text(element row, std::string& out, auto const*... names) {
    auto const one = [&](char const* name) {
      std::string_view value;
      if (row[name].get(value)) return false;
      out = value;
      return true;
    };
    return (one(names) || ...);
  }
  /// A text, or the first text of a list.
  static void first_text(element row, std::string& out, auto const*... names) {
    auto const one = [&](char const* name) {
      std::string_view value;
      if (row[name].get(value) && row[name].at(0).get(value)) return false;
      out = value;
      return true;
    };
    (void)(one(names) || ...);
  }
  static void number(element row, std::optional<std::int64_t>& out, auto const*... names) {
    auto const one = [&](char const* name) {
      std::int64_t whole = 0;
      double real = 0;
      if (!row[name].get(whole)) return out = whole, true;
      if (row[name].get(real) || !(real > -1e15 && real < 1e15)) return false;
      out = std::int64_t(real);
      return true;
    };
    (void)(one(names) || ...);
  }
  simdjson::dom::parser parser_;
};

}  // namespace snowcoder::io

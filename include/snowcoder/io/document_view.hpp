// SPDX-License-Identifier: Apache-2.0
// A row of a document shard without copies, for programs that read text at the speed of the disk.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/record/document.hpp>

#include <simdjson.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace snowcoder::io {

/// What document_parser finds, as far as it is asked for here. The views are valid until the next parse().
struct document_view {
  std::string_view id, text, repository, path;
  config::language language = config::language::other;
};

/// Bytes that must be readable after a row that a parser is given without a copy.
inline constexpr std::size_t row_padding = simdjson::SIMDJSON_PADDING;
static_assert(line_reader::padding >= row_padding);

/// Parses rows; keep one per thread, it owns what the views point at.
class document_view_parser {
 public:
  /// `line` must be followed by row_padding readable bytes, whatever is in them. Agrees with document_parser row by row.
  expected<document_view> parse(std::string_view line) {
    simdjson::dom::element row;
    if (auto e = parser_.parse(line.data(), line.size(), false).get(row))
      return failure(std::string("not a JSON row: ") + simdjson::error_message(e));
    document_view d;
    if (row["text"].get(d.text)) return failure("row has no string field \"text\"");
    d.id = text_or_empty(row["id"]);
    if (simdjson::dom::element meta; !row["metadata"].get(meta)) {
      d.repository = text_or_empty(meta["repo"]);
      d.path = text_or_empty(meta["path"]);
      if (auto const name = text_or_empty(meta["language"]); name != language_name_) {
        language_name_ = name;
        language_ = config::find_language(name).value_or(config::language::other);
      }
      if (!language_name_.empty()) d.language = language_;
    }
    if (d.id.empty()) d.id = made_id_ = document_id(std::string(d.repository), std::string(d.path), std::string(d.text));
    return d;
  }

 private:
  static std::string_view text_or_empty(simdjson::simdjson_result<simdjson::dom::element> found) {
    std::string_view value;
    return found.get(value) ? std::string_view() : value;
  }
  simdjson::dom::parser parser_;
  std::string made_id_, language_name_;  // the last name is found without a search: rows of one language stand together
  config::language language_ = config::language::other;
};

}  // namespace snowcoder::io

// SPDX-License-Identifier: Apache-2.0
// Rows of document shards in the Dolma layout: DIR/documents/<language>-NNNNN.jsonl.zst and, in the same order,
// DIR/attributes/<name>/<language>-NNNNN.jsonl.zst. simdjson reads them.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/document_view.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/attribute.hpp>
#include <snowcoder/record/document.hpp>

#include <simdjson.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// `added` is fixed unless a program is told a date: outputs may not depend on the clock.
inline constexpr std::string_view undated = "1970-01-01T00:00:00.000Z";

inline std::string document_line(document const& d) {
  json metadata{{"repo", d.repository}, {"path", d.path}, {"language", config::title(d.language)}};
  if (!d.licence.empty()) metadata["licence"] = d.licence;
  if (d.stars) metadata["stars"] = *d.stars;
  if (d.forks) metadata["forks"] = *d.forks;
  return to_line(json{{"id", d.id},
                      {"text", d.text},
                      {"source", d.source},
                      {"added", undated},
                      {"created", d.created.empty() ? std::string(undated) : d.created},
                      {"metadata", std::move(metadata)}});
}

/// Parses rows; keep one per thread, it owns the parser's memory.
class document_parser {
 public:
  expected<document> parse(std::string_view line, std::string const& where) {
    simdjson::padded_string padded(line);
    return parse_padded(padded, where);
  }
  /// A line behind which row_padding more bytes may be read, whatever they are: spares a copy.
  expected<document> parse_padded(std::string_view line, std::string const& where) {
    simdjson::dom::element row;
    if (auto e = parser_.parse(line.data(), line.size(), false).get(row))
      return failure(std::string("not a JSON row: ") + simdjson::error_message(e), where);
    document d;
    if (!text(row, "text", d.text))
      return failure("row has no string field \"text\"", where, "documents need id, text and metadata");
    text(row, "id", d.id);
    text(row, "source", d.source);
    text(row, "created", d.created);
    if (d.created == undated) d.created.clear();
    simdjson::dom::element meta;
    if (!row["metadata"].get(meta)) {
      text(meta, "repo", d.repository);
      text(meta, "path", d.path);
      text(meta, "licence", d.licence);
      std::string name;
      if (text(meta, "language", name)) d.language = config::find_language(name).value_or(config::language::other);
      std::int64_t stars = 0;
      if (!meta["stars"].get(stars)) d.stars = stars;
      if (!meta["forks"].get(stars)) d.forks = stars;
    }
    if (d.id.empty()) d.id = document_id(d.repository, d.path, d.text);
    return d;
  }

 private:
  static bool text(simdjson::dom::element row, char const* key, std::string& out) {
    std::string_view value;
    if (row[key].get(value)) return false;
    out = value;
    return true;
  }
  simdjson::dom::parser parser_;
};

inline std::string attribute_line(attributes const& a) {
  json values = json::object();
  for (auto const& [name, value] : a.values) values[name] = json::array({json::array({0, a.length, value})});
  return to_line(json{{"id", a.id}, {"attributes", std::move(values)}});
}

}  // namespace snowcoder::io

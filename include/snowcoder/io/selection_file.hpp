// SPDX-License-Identifier: Apache-2.0
// The selection manifest: one JSON object, its documents one per line, so that large ones can be written and looked at
// line by line. Plain, or zstd when the name ends in .zst.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/record/selection_manifest.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// `about` (an object: unit, share, fingerprint, …) stands before the cuts.
inline expected<void> write_selection(std::filesystem::path const& path, selection_manifest const& m,
                                      json const& about = json::object()) {
  SNOWCODER_TRY(auto out, text_writer::open(path));
  SNOWCODER_CHECK(out.write_line("{\"scorer\": " + to_line(json(m.scorer)) + ","));
  for (auto const& [key, value] : about.items())
    SNOWCODER_CHECK(out.write_line(to_line(json(key)) + ": " + to_line(value) + ","));
  SNOWCODER_CHECK(out.write_line("\"cuts\": ["));
  for (std::size_t i = 0; i < m.cuts.size(); ++i) {
    auto const& c = m.cuts[i];
    json const row{{"language", config::title(c.language)},
                   {"threshold", c.threshold},
                   {"available", c.available},
                   {"budget", c.budget},
                   {"kept", c.kept},
                   {"documents_available", c.documents_available},
                   {"documents_kept", c.documents_kept},
                   {"tokens_kept", c.tokens_kept},
                   {"shortfall", c.shortfall}};
    SNOWCODER_CHECK(out.write_line(to_line(row) + (i + 1 < m.cuts.size() ? "," : "")));
  }
  SNOWCODER_CHECK(out.write_line("],\n\"documents\": ["));
  for (std::size_t i = 0; i < m.documents.size(); ++i) {
    auto const& d = m.documents[i];
    json const row{{"id", d.id}, {"language", config::title(d.language)}, {"value", d.value}, {"tokens", d.tokens}};
    SNOWCODER_CHECK(out.write_line(to_line(row) + (i + 1 < m.documents.size() ? "," : "")));
  }
  SNOWCODER_CHECK(out.write_line("]}"));
  return out.commit();
}

inline expected<selection_manifest> read_selection(std::filesystem::path const& path) {
  auto const where = path.string();
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  std::string text;
  std::string_view line;
  for (;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) break;
    (text += line) += '\n';
  }
  SNOWCODER_TRY(auto const all, parse_json(text, where));
  auto const cuts = value_or_null(all, "cuts"), documents = value_or_null(all, "documents");
  if (!cuts.is_array() || !documents.is_array()) return failure("not a selection manifest", where, "make one with `select`");
  selection_manifest m;
  m.scorer = text_or(all, "scorer");
  auto const integer = [](json const& row, char const* key) {
    auto const v = value_or_null(row, key);
    return v.is_number_integer() ? v.get<std::int64_t>() : 0;
  };
  auto const real = [](json const& row, char const* key) {
    auto const v = value_or_null(row, key);
    return v.is_number() ? v.get<double>() : 0.0;
  };
  auto const language = [](json const& row) {
    return config::find_language(text_or(row, "language")).value_or(config::language::other);
  };
  for (auto const& c : cuts)
    m.cuts.push_back({language(c), real(c, "threshold"), integer(c, "available"), integer(c, "budget"), integer(c, "kept"),
                      integer(c, "documents_available"), integer(c, "documents_kept"), integer(c, "tokens_kept"),
                      integer(c, "shortfall")});
  for (auto const& d : documents) {
    auto id = text_or(d, "id");
    if (id.empty()) return failure("selection manifest with a document without id", where);
    m.documents.push_back({std::move(id), language(d), real(d, "value"), integer(d, "tokens")});
  }
  return m;
}

}  // namespace snowcoder::io

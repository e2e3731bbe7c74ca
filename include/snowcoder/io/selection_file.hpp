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
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

namespace detail {
inline constexpr std::string_view documents_begin = "\"documents\": [", documents_end = "]}";
}

/// Writes a manifest document by document. `about` (an object: unit, share, fingerprint, …) stands before the cuts.
class selection_writer {
 public:
  static expected<selection_writer> open(std::filesystem::path const& path, std::string const& scorer, json const& about,
                                         std::span<language_cut const> cuts) {
    SNOWCODER_TRY(auto out, text_writer::open(path));
    SNOWCODER_CHECK(out.write_line("{\"scorer\": " + to_line(json(scorer)) + ","));
    for (auto const& [key, value] : about.items())
      SNOWCODER_CHECK(out.write_line(to_line(json(key)) + ": " + to_line(value) + ","));
    SNOWCODER_CHECK(out.write_line("\"cuts\": ["));
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      auto const& c = cuts[i];
      json const row{{"language", config::title(c.language)},
                     {"threshold", c.threshold},
                     {"available", c.available},
                     {"budget", c.budget},
                     {"kept", c.kept},
                     {"documents_available", c.documents_available},
                     {"documents_kept", c.documents_kept},
                     {"tokens_kept", c.tokens_kept},
                     {"shortfall", c.shortfall}};
      SNOWCODER_CHECK(out.write_line(to_line(row) + (i + 1 < cuts.size() ? "," : "")));
    }
    SNOWCODER_CHECK(out.write_line("],"));
    SNOWCODER_CHECK(out.write_line(detail::documents_begin));
    return selection_writer(std::move(out));
  }
  expected<void> add(chosen_document const& d) {
    if (!held_.empty()) SNOWCODER_CHECK(out_.write_line(held_ + ","));
    held_ = to_line(json{{"id", d.id}, {"language", config::title(d.language)}, {"value", d.value}, {"tokens", d.tokens}});
    return {};
  }
  expected<void> commit() {
    if (!held_.empty()) SNOWCODER_CHECK(out_.write_line(held_));
    SNOWCODER_CHECK(out_.write_line(detail::documents_end));
    return out_.commit();
  }

 private:
  explicit selection_writer(text_writer out) : out_(std::move(out)) {}
  text_writer out_;
  std::string held_;  ///< the last row, until it is known whether a comma follows
};

inline expected<void> write_selection(std::filesystem::path const& path, selection_manifest const& m,
                                      json const& about = json::object()) {
  SNOWCODER_TRY(auto out, selection_writer::open(path, m.scorer, about, m.cuts));
  for (auto const& d : m.documents) SNOWCODER_CHECK(out.add(d));
  return out.commit();
}

/// Gives the documents to visit(chosen_document&&), in their order, and returns the rest. Of a file as it was written row by
/// row; of one that was formatted anew as a whole.
template <class Visit>
expected<selection_manifest> read_selection(std::filesystem::path const& path, Visit&& visit) {
  auto const where = path.string();
  selection_manifest m;
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
  auto const add = [&](json const& d) -> expected<void> {
    auto id = text_or(d, "id");
    if (id.empty()) return failure("selection manifest with a document without id", where);
    return visit(chosen_document{std::move(id), language(d), real(d, "value"), integer(d, "tokens")});
  };
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  std::string text;  // all but the rows of documents that stand on lines of their own
  bool in_rows = false;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) break;
    if (!in_rows || line == detail::documents_end) {
      (text += line) += '\n';
      in_rows = line == detail::documents_begin;
      continue;
    }
    if (line.ends_with(',')) line.remove_suffix(1);
    SNOWCODER_TRY(auto const row, parse_json(line, lines.place()));
    SNOWCODER_CHECK(add(row));
  }
  SNOWCODER_TRY(auto const all, parse_json(text, where));
  auto const cuts = value_or_null(all, "cuts"), documents = value_or_null(all, "documents");
  if (!cuts.is_array() || !documents.is_array()) return failure("not a selection manifest", where, "make one with `select`");
  m.scorer = text_or(all, "scorer");
  for (auto const& c : cuts)
    m.cuts.push_back({language(c), real(c, "threshold"), integer(c, "available"), integer(c, "budget"), integer(c, "kept"),
                      integer(c, "documents_available"), integer(c, "documents_kept"), integer(c, "tokens_kept"),
                      integer(c, "shortfall")});
  for (auto const& d : documents) SNOWCODER_CHECK(add(d));
  return m;
}
inline expected<selection_manifest> read_selection(std::filesystem::path const& path) {
  std::vector<chosen_document> all;
  SNOWCODER_TRY(auto m, read_selection(path, [&](chosen_document&& d) -> expected<void> {
                  all.push_back(std::move(d));
                  return {};
                }));
  m.documents = std::move(all);
  return m;
}

/// What stands before the documents, as one object without them; of a file that was formatted anew, all of it.
inline expected<json> read_selection_head(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  std::string text;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) return parse_json(text, path.string());
    (text += line) += '\n';
    if (line == detail::documents_begin) return parse_json(text.append(detail::documents_end), path.string());
  }
}

}  // namespace snowcoder::io

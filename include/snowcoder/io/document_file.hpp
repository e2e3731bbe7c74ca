// SPDX-License-Identifier: Apache-2.0
// Document shards in the Dolma layout: DIR/documents/<language>-NNNNN.jsonl.zst and, in the same order,
// DIR/attributes/<name>/<language>-NNNNN.jsonl.zst. simdjson reads the rows.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/attribute.hpp>
#include <snowcoder/record/document.hpp>

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

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
  static constexpr std::size_t padding = simdjson::SIMDJSON_PADDING;

  expected<document> parse(std::string_view line, std::string const& where) {
    simdjson::padded_string padded(line);
    return parse_padded(padded, where);
  }
  /// A line behind which `padding` more bytes may be read, whatever they are: spares a copy.
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

/// The *.jsonl, .jsonl.gz and .jsonl.zst files of a folder, sorted by name.
inline std::vector<std::filesystem::path> shards(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code ignored;
  for (auto const& e : std::filesystem::directory_iterator(folder, ignored)) {
    auto const name = e.path().filename().string();
    if (name == "rejects.jsonl") continue;  // lists what did not become a document or a row
    if (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst")) found.push_back(e.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Where documents lie: DIR/documents when it exists, else DIR itself.
inline std::filesystem::path documents_folder(std::filesystem::path const& dir) {
  return std::filesystem::is_directory(dir / "documents") ? dir / "documents" : dir;
}

/// Calls visit(shard name, document) for every document below `dir`, shard by shard in name order; stops at an error.
inline expected<std::int64_t> for_each_document(std::filesystem::path const& dir,
                                                std::function<expected<void>(std::string const&, document&&)> const& visit) {
  auto const files = shards(documents_folder(dir));
  if (files.empty()) return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", documents_folder(dir).string());
  document_parser parser;
  std::int64_t count = 0;
  for (auto const& file : files) {
    SNOWCODER_TRY(auto lines, line_reader::open(file));
    std::string_view line;
    for (;;) {
      SNOWCODER_TRY(bool more, lines.next(line));
      if (!more) break;
      if (line.empty()) continue;
      SNOWCODER_TRY(auto d, parser.parse(line, lines.place()));
      SNOWCODER_CHECK(visit(file.filename().string(), std::move(d)));
      ++count;
    }
  }
  return count;
}

inline expected<std::vector<document>> read_documents(std::filesystem::path const& dir) {
  std::vector<document> all;
  SNOWCODER_CHECK(for_each_document(dir, [&](std::string const&, document&& d) -> expected<void> {
    all.push_back(std::move(d));
    return {};
  }));
  return all;
}

inline std::string attribute_line(attributes const& a) {
  json values = json::object();
  for (auto const& [name, value] : a.values) values[name] = json::array({json::array({0, a.length, value})});
  return to_line(json{{"id", a.id}, {"attributes", std::move(values)}});
}

/// Reads the attribute rows of DIR/attributes/<name>, in shard order.
inline expected<std::vector<attributes>> read_attributes(std::filesystem::path const& dir, std::string const& name) {
  auto const folder = dir / "attributes" / name;
  auto const files = shards(folder);
  if (files.empty()) return failure("no attribute shards", folder.string(), "run the program that writes them first");
  std::vector<attributes> all;
  for (auto const& file : files) {
    SNOWCODER_TRY(auto lines, line_reader::open(file));
    std::string_view line;
    for (;;) {
      SNOWCODER_TRY(bool more, lines.next(line));
      if (!more) break;
      SNOWCODER_TRY(auto row, parse_json(line, lines.place()));
      if (!row.contains("id") || !row.contains("attributes"))
        return failure("attribute row without id or attributes", lines.place());
      attributes a;
      a.id = row["id"].get<std::string>();
      for (auto const& [key, spans] : row["attributes"].items())
        if (spans.is_array() && !spans.empty() && spans[0].is_array() && spans[0].size() == 3 && spans[0][2].is_number()) {
          a.length = spans[0][1].get<std::int64_t>();
          a.values.emplace_back(key, spans[0][2].get<double>());
        }
      all.push_back(std::move(a));
    }
  }
  return all;
}

/// Writes documents to DIR/documents and rows that belong to them to DIR/attributes/<name>, cutting shards by language and
/// size; the order of calls is the order on disk.
class shard_writer {
 public:
  shard_writer(std::filesystem::path folder, std::size_t shard_bytes = std::size_t(256) << 20)
      : folder_(std::move(folder)), limit_(shard_bytes) {}

  /// Lines of the same `group` (a language's file-safe name) share shards: <group>-00000.jsonl.zst.
  expected<void> write(std::string_view group, std::string_view line) {
    if (!open_.empty() && (group != group_ || written_ + line.size() > limit_)) SNOWCODER_CHECK(close());
    if (group != group_) {
      group_ = group;
      number_ = 0;
    }
    if (open_.empty()) {
      char digits[16];
      std::snprintf(digits, sizeof digits, "-%05d", number_++);
      name_ = group_ + digits + ".jsonl.zst";
      SNOWCODER_TRY(auto w, text_writer::open(folder_ / name_));
      open_.push_back(std::move(w));
      written_ = 0;
    }
    written_ += line.size() + 1;
    return open_.front().write_line(line);
  }
  /// The name of the shard that took the last line; rows about documents are filed under the same name.
  std::string const& name() const { return name_; }
  expected<void> close() {
    if (open_.empty()) return {};
    auto w = std::move(open_.front());
    open_.clear();
    return w.commit();
  }

 private:
  std::filesystem::path folder_;
  std::size_t limit_, written_ = 0;
  std::string group_, name_;
  int number_ = 0;
  std::vector<text_writer> open_;  // none or one
};

}  // namespace snowcoder::io

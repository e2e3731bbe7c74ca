// SPDX-License-Identifier: Apache-2.0
// Shards: the files of JSON lines that documents and attributes are cut into, one after the other in the order of their
// names.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

/// Is it a file of JSON lines, by its name?
inline bool is_jsonl(std::string_view name) {
  return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst");
}
/// The name of a file of JSON lines without .jsonl and compression.
inline std::string shard_name(std::filesystem::path const& file) {
  auto const name = file.filename().string();
  return name.substr(0, name.find(".jsonl"));
}

/// The files of JSON lines of a folder, sorted by name.
inline std::vector<std::filesystem::path> shards(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code ignored;
  for (auto const& e : std::filesystem::directory_iterator(folder, ignored)) {
    auto const name = e.path().filename().string();
    if (name == "rejects.jsonl") continue;  // lists what did not become a document or a row
    if (is_jsonl(name)) found.push_back(e.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// Refused, where every shard gets a file of its name: a.jsonl beside a.jsonl.gz, of which only the first would get one.
inline expected<void> check_shard_names(std::vector<std::filesystem::path> const& sorted) {
  auto const same = std::adjacent_find(sorted.begin(), sorted.end(),
                                       [](auto const& a, auto const& b) { return shard_name(a) == shard_name(b); });
  if (same == sorted.end()) return {};
  return failure("two shards have the name " + shard_name(*same), std::next(same)->string(),
                 "rename one of them, or remove it if the documents are the same");
}

/// Where documents lie: DIR/documents when it exists, else DIR itself.
inline std::filesystem::path documents_folder(std::filesystem::path const& dir) {
  return std::filesystem::is_directory(dir / "documents") ? dir / "documents" : dir;
}

/// The shards of the documents below `dir`; none is an error.
inline expected<std::vector<std::filesystem::path>> document_shards(std::filesystem::path const& dir) {
  auto found = shards(documents_folder(dir));
  if (found.empty())
    return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", documents_folder(dir).string(),
                   "give the folder that prepare wrote");
  return found;
}

/// The rows of shards one after the other.
class shard_rows {
 public:
  explicit shard_rows(std::vector<std::filesystem::path> shards) : shards_(std::move(shards)) {}

  /// The next row, as line_reader::next_row gives it; false at the end of the last shard.
  expected<bool> next(std::string_view& row) {
    for (;; lines_.reset(), ++at_) {
      if (!lines_ && at_ == shards_.size()) return false;
      if (!lines_) {
        SNOWCODER_TRY(lines_, line_reader::open(shards_[at_]));
      }
      SNOWCODER_TRY(bool const more, lines_->next_row(row));
      if (more) return true;
    }
  }
  /// Of the last row: its shard, its number there, and "path:line" for messages.
  std::filesystem::path const& shard() const { return shards_[at_]; }
  std::int64_t number() const { return lines_->number(); }
  std::string place() const { return lines_->place(); }

 private:
  std::vector<std::filesystem::path> shards_;
  std::size_t at_ = 0;
  std::optional<line_reader> lines_;
};

}  // namespace snowcoder::io

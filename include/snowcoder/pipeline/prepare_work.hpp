// SPDX-License-Identifier: Apache-2.0
// The folder of prepare's work in progress, and its journal: a row for every step that is done, written when the files that
// the step made are safe. Who goes on finds what the rows name; what was half done stands in no row and is made again.
//
//   .work/journal.jsonl   {key}, then {stage, files: {name: bytes}, …}; the last row of a stage counts
//
// Work under another key, of a version without a journal, or with a file missing, is cleared away.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/pipeline/number_file.hpp>
#include <snowcoder/pipeline/output_folder.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class prepare_work {
 public:
  /// Finds the work that was begun with `key` in `folder`, or begins it there.
  static expected<prepare_work> open(std::filesystem::path const& folder, std::string const& key) {
    {
      SNOWCODER_TRY(auto begun, read(folder, key));
      if (begun.is_whole()) return begun;
    }
    SNOWCODER_CHECK(clear_away(folder));
    SNOWCODER_TRY(auto anew, read(folder, key));
    SNOWCODER_CHECK(anew.add({{"key", key}}));
    return anew;
  }

  std::filesystem::path const& folder() const { return folder_; }
  /// It is of no use.
  expected<void> clear() const { return clear_away(folder_); }
  /// The last row of `stage`; none where no step of it is done.
  io::json const* done(std::string const& stage) const {
    auto const found = last_.find(stage);
    return found == last_.end() ? nullptr : &found->second;
  }
  /// How long `file` was at the last step that names it.
  std::uint64_t bytes(std::string const& file) const {
    auto const found = bytes_.find(file);
    return found == bytes_.end() ? 0 : found->second;
  }

  /// A step is done, and its files, which lie in the folder, are safe. `row`: what else is to be known of it.
  expected<void> commit(std::string const& stage, std::vector<std::string> const& files, io::json row = io::json::object()) {
    row["stage"] = stage;
    row["files"] = io::json::object();
    for (auto const& name : files) {
      std::error_code e;
      auto const size = std::filesystem::file_size(folder_ / name, e);
      if (e) return failure(e.message(), (folder_ / name).string());
      row["files"][name] = bytes_[name] = size;
    }
    SNOWCODER_CHECK(add(row));
    last_[stage] = std::move(row);
    return {};
  }

  /// Numbers in a file of their own.
  expected<void> write_numbers(std::string const& name, std::span<std::uint32_t const> numbers) const {
    return io::write_file(folder_ / name, {reinterpret_cast<char const*>(numbers.data()), numbers.size_bytes()});
  }
  expected<number_file> read_numbers(std::string const& name) const { return number_file::open(folder_ / name); }
  /// As many zeros, in space on the disk that nobody else sees.
  expected<number_file> zeros(std::uint64_t count) const { return number_file::zeros(folder_, count); }

 private:
  prepare_work() = default;

  static expected<prepare_work> read(std::filesystem::path const& folder, std::string const& key) {
    prepare_work w;
    w.folder_ = folder;
    SNOWCODER_TRY(auto journal, io::journal::open(folder / "journal.jsonl", [&](io::json const& row, auto) -> expected<void> {
                    if (w.is_ours_) w.take(row);
                    w.is_ours_ = w.is_ours_ || (w.last_.empty() && io::text_or(row, "key") == key);
                    return {};
                  }));
    w.journal_.emplace(std::move(journal));
    return w;
  }
  void take(io::json const& row) {
    for (auto const& [name, size] : row["files"].items()) bytes_[name] = size.get<std::uint64_t>();
    last_[io::text_or(row, "stage")] = row;
  }
  /// Whether the work is under our key, and what its rows name is there, or in its place in the output already.
  bool is_whole() const {
    return is_ours_ && (done("made") || std::all_of(bytes_.begin(), bytes_.end(), [&](auto const& file) {
                          std::error_code e;
                          auto const size = std::filesystem::file_size(folder_ / file.first, e);
                          return !e && size >= file.second;
                        }));
  }
  expected<void> add(io::json const& row) {
    auto const added = journal_->append(row);
    return added ? expected<void>{} : failure(added.error());
  }

  std::filesystem::path folder_;
  bool is_ours_ = false;
  std::optional<io::journal> journal_;
  std::map<std::string, io::json> last_;
  std::map<std::string, std::uint64_t> bytes_;
};

}  // namespace snowcoder::pipeline

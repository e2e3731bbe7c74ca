// SPDX-License-Identifier: Apache-2.0
// From the paths that a user gives to units of work, in an order that does not depend on the order of the paths.
//
// The rule. A path is one of
//   a JSONL or Parquet file (.jsonl(.gz|.zst), .parquet)  rows of a data set, each with its own repository;
//   an archive (.tar, .tar.*, .tgz, .zip, …)          one repository, called like the file without its endings;
//   a folder in the Dolma layout (documents/*.jsonl*) rows, as above;
//   a git repository, with a working tree or bare     one repository, called like the folder without ".git": the files of HEAD;
//   a folder under other version control (.hg, …)     one repository, called like the folder: all its files;
//   any other folder                                  a folder of repositories.
// In a folder of repositories every sub-folder at `depth` (1 unless told) is a repository, called by its path below the
// folder ("zlib", or "madler/zlib" at depth 2); one under version control is a repository at any depth. Archives and files
// of rows above that depth are read as such; other loose files there belong to a repository called like the folder that
// holds them. Depth 0 makes any folder one repository.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/io/archive.hpp>
#include <snowcoder/io/folder.hpp>
#include <snowcoder/io/git_repository.hpp>
#include <snowcoder/io/shards.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace snowcoder::corpus {

enum class unit_kind : std::uint8_t { folder, loose_files, archive, git, rows, columns };

struct unit {
  unit_kind kind = unit_kind::folder;
  std::filesystem::path path;
  std::string repository;  ///< of rows that name none
  friend bool operator==(unit const&, unit const&) = default;
};

namespace detail {

/// What a folder is called where it lies, links followed.
inline std::string folder_name(std::filesystem::path const& path) {
  std::error_code ignored;
  auto whole = std::filesystem::weakly_canonical(path, ignored);
  if (whole.filename().empty()) whole = whole.parent_path();
  return whole.filename().empty() ? "root" : whole.filename().string();
}
inline bool is_columns_name(std::string_view name) { return name.ends_with(".parquet"); }
inline std::string without_git(std::string name) {
  if (name.size() > 4 && name.ends_with(".git")) name.resize(name.size() - 4);
  return name;
}
/// A repository of git, or a folder that is treated as one.
inline unit repository_unit(std::filesystem::path const& folder, std::string const& name) {
  if (io::is_git_store(folder)) return {unit_kind::git, folder, without_git(name)};
  if (io::reads_git && io::is_git_store(folder / ".git")) return {unit_kind::git, folder, name};
  return {unit_kind::folder, folder, name};
}
inline bool is_checked_out(std::filesystem::path const& folder) {
  std::error_code ignored;
  for (auto const* name : {".git", ".hg", ".svn", ".bzr", "_darcs", ".jj"})
    if (std::filesystem::exists(folder / name, ignored)) return true;
  return io::is_git_store(folder);
}

inline void find_below(std::filesystem::path const& folder, std::string const& owner, std::string const& prefix, int depth,
                       std::vector<unit>& found) {
  bool loose = false;
  auto const opened = io::folder::open(folder);
  auto const names = opened ? opened->names() : expected<std::vector<std::string>>(failure(opened.error()));
  if (!names) loose = true;  // whose reader says so
  for (auto const& name : names ? *names : std::vector<std::string>()) {
    auto const kind = opened->look_at(name).kind;
    bool const file = kind == io::folder_entry_kind::file;
    if (kind == io::folder_entry_kind::folder && !is_version_control(name)) {
      auto const below = prefix.empty() ? name : prefix + "/" + name;
      auto const path = folder / name;
      if (depth <= 1 || is_checked_out(path))
        found.push_back(repository_unit(path, below));
      else
        find_below(path, below, below, depth - 1, found);
    } else if (file && io::is_jsonl(name)) {
      found.push_back({unit_kind::rows, folder / name, owner});
    } else if (file && is_columns_name(name)) {
      found.push_back({unit_kind::columns, folder / name, owner});
    } else if (file && io::is_archive_name(name)) {
      found.push_back({unit_kind::archive, folder / name, io::archive_stem(name)});
    } else {
      loose = true;
    }
  }
  if (loose) found.push_back({unit_kind::loose_files, folder, owner});
}

}  // namespace detail

inline expected<std::vector<unit>> find_units(std::vector<std::filesystem::path> const& paths, int depth) {
  namespace fs = std::filesystem;
  std::vector<unit> found;
  for (auto const& path : paths) {
    std::error_code e;
    auto const name = path.filename().string();
    if (fs::is_directory(path, e)) {
      auto const owner = detail::folder_name(path);
      if (fs::is_directory(path / "documents", e) && !io::shards(path / "documents").empty())
        for (auto const& file : io::shards(path / "documents")) found.push_back({unit_kind::rows, file, owner});
      else if (depth <= 0 || detail::is_checked_out(path))
        found.push_back(detail::repository_unit(path, owner));
      else
        detail::find_below(path, owner, "", depth, found);
    } else if (!fs::is_regular_file(path, e)) {
      return failure("no such file or folder", path.string(), "give --in folders, archives, JSONL or Parquet files");
    } else if (io::is_jsonl(name)) {
      found.push_back({unit_kind::rows, path, io::shard_name(path)});
    } else if (detail::is_columns_name(name)) {
      found.push_back({unit_kind::columns, path, name.substr(0, name.find(".parquet"))});
    } else if (io::is_archive_name(name)) {
      found.push_back({unit_kind::archive, path, io::archive_stem(name)});
    } else {
      return failure("neither a folder, nor an archive, nor rows", path.string(),
                     "known endings: .tar(.*) .tgz .zip .jsonl(.gz|.zst) .parquet");
    }
  }
  std::stable_sort(found.begin(), found.end(), [](unit const& a, unit const& b) {
    return std::tie(a.repository, a.path) < std::tie(b.repository, b.path);
  });
  return found;
}

}  // namespace snowcoder::corpus

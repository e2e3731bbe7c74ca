// SPDX-License-Identifier: Apache-2.0
// From the paths that a user gives to units of work, in an order that does not depend on the order of the paths.
//
// The rule. A path is one of
//   a JSONL file (.jsonl, .jsonl.gz, .jsonl.zst)      rows of a data set, each with its own repository;
//   an archive (.tar, .tar.*, .tgz, .zip, …)          one repository, called like the file without its endings;
//   a folder in the Dolma layout (documents/*.jsonl*) rows, as above;
//   a folder under version control (.git, …)          one repository, called like the folder;
//   any other folder                                  a folder of repositories.
// In a folder of repositories every sub-folder at `depth` (1 unless told) is a repository, called by its path below the
// folder ("zlib", or "madler/zlib" at depth 2); one under version control is a repository at any depth. Archives and JSONL
// files above that depth are read as such; other loose files there belong to a repository called like the folder that
// holds them. Depth 0 makes any folder one repository.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/corpus/admit.hpp>
#include <snowcoder/io/archive.hpp>
#include <snowcoder/io/document_file.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace snowcoder::corpus {

enum class unit_kind : std::uint8_t { folder, loose_file, archive, rows };

struct unit {
  unit_kind kind = unit_kind::folder;
  std::filesystem::path path;
  std::string repository;  ///< of `rows` that name none
  friend bool operator==(unit const&, unit const&) = default;
};

namespace detail {

inline std::string folder_name(std::filesystem::path const& path) {
  std::error_code ignored;
  auto whole = std::filesystem::weakly_canonical(path, ignored);
  if (whole.filename().empty()) whole = whole.parent_path();
  return whole.filename().empty() ? "root" : whole.filename().string();
}
inline bool is_rows_name(std::string_view name) {
  return name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") || name.ends_with(".jsonl.zst");
}
inline bool is_checked_out(std::filesystem::path const& folder) {
  std::error_code ignored;
  for (auto const* name : {".git", ".hg", ".svn", ".bzr", "_darcs", ".jj"})
    if (std::filesystem::exists(folder / name, ignored)) return true;
  return false;
}

inline void find_below(std::filesystem::path const& folder, std::string const& owner, std::string const& prefix, int depth,
                       std::vector<unit>& found) {
  namespace fs = std::filesystem;
  std::vector<fs::path> entries;
  std::error_code e;
  for (fs::directory_iterator it(folder, fs::directory_options::skip_permission_denied, e), end; !e && it != end;
       it.increment(e))
    entries.push_back(it->path());
  std::sort(entries.begin(), entries.end());
  for (auto const& path : entries) {
    auto const name = path.filename().string();
    auto const status = fs::symlink_status(path, e);
    if (fs::is_directory(status) && !is_version_control(name)) {
      auto const below = prefix.empty() ? name : prefix + "/" + name;
      if (depth <= 1 || is_checked_out(path))
        found.push_back({unit_kind::folder, path, below});
      else
        find_below(path, below, below, depth - 1, found);
    } else if (fs::is_regular_file(status) && is_rows_name(name)) {
      found.push_back({unit_kind::rows, path, owner});
    } else if (fs::is_regular_file(status) && io::is_archive_name(name)) {
      found.push_back({unit_kind::archive, path, io::archive_stem(name)});
    } else {
      found.push_back({unit_kind::loose_file, path, owner});
    }
  }
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
        found.push_back({unit_kind::folder, path, owner});
      else
        detail::find_below(path, owner, "", depth, found);
    } else if (!fs::is_regular_file(path, e)) {
      return failure("no such file or folder", path.string(), "give --in folders, archives or JSONL files");
    } else if (detail::is_rows_name(name)) {
      found.push_back({unit_kind::rows, path, name.substr(0, name.find(".jsonl"))});
    } else if (io::is_archive_name(name)) {
      found.push_back({unit_kind::archive, path, io::archive_stem(name)});
    } else {
      return failure("neither a folder, nor an archive, nor JSONL", path.string(),
                     "known endings: .tar(.*) .tgz .zip .jsonl(.gz|.zst)");
    }
  }
  std::stable_sort(found.begin(), found.end(), [](unit const& a, unit const& b) {
    return std::tie(a.repository, a.path) < std::tie(b.repository, b.path);
  });
  return found;
}

}  // namespace snowcoder::corpus

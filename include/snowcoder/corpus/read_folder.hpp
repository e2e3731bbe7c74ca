// SPDX-License-Identifier: Apache-2.0
// The files below a folder, and those that lie loose among repositories. Links are not followed, devices not opened.
#pragma once

#include <snowcoder/corpus/receiver.hpp>
#include <snowcoder/corpus/unit.hpp>
#include <snowcoder/io/folder.hpp>

#include <string>
#include <utility>

namespace snowcoder::corpus::detail {

/// Everything below `f`, whose place in the repository is `prefix`.
inline expected<void> read_below(expected<io::folder> const& f, std::string const& prefix, std::string const& repository,
                                 int depth, limits const& at_most, receiver const& to) {
  auto const refuse = [&](std::string path, std::string reason, std::string detail = {}, bool broken = false) {
    return to.refuse({repository, std::move(path), std::move(reason), std::move(detail), 0, broken});
  };
  auto const self = prefix.empty() ? std::string(".") : prefix;
  if (depth > at_most.folder_depth) return refuse(self, "too_deep");
  if (!f) return refuse(self, "unreadable", f.error().what, true);
  auto const names = f->names();
  if (!names) return refuse(self, "unreadable", names.error().what, true);
  for (auto const& name : *names) {
    auto const path = prefix.empty() ? name : prefix + "/" + name;
    auto const about = f->look_at(name);
    switch (about.kind) {
      case io::folder_entry_kind::link:
        SNOWCODER_CHECK(refuse(path, "symbolic_link"));
        break;
      case io::folder_entry_kind::folder:
        SNOWCODER_CHECK(is_version_control(name) ? refuse(path, "version_control")
                                                 : read_below(f->enter(name), path, repository, depth + 1, at_most, to));
        break;
      case io::folder_entry_kind::special:
        SNOWCODER_CHECK(refuse(path, "not_a_file"));
        break;
      case io::folder_entry_kind::file:
        SNOWCODER_CHECK(
            offer(repository, path, "folder", about.bytes, {}, at_most, to, [&] { return f->read(name, at_most.file_bytes); }));
    }
  }
  return {};
}

inline expected<void> read_folder(unit const& u, limits const& at_most, receiver const& to) {
  return read_below(io::folder::open(u.path), "", u.repository, 0, at_most, to);
}

/// Of a folder of repositories only what is neither one of them nor an archive nor rows.
inline expected<void> read_loose_files(unit const& u, limits const& at_most, receiver const& to) {
  auto const refuse = [&](std::string const& path, std::string reason, std::string detail = {}, bool broken = false) {
    return to.refuse({u.repository, path, std::move(reason), std::move(detail), 0, broken});
  };
  auto const f = io::folder::open(u.path);
  if (!f) return refuse(".", "unreadable", f.error().what, true);
  auto const names = f->names();
  if (!names) return refuse(".", "unreadable", names.error().what, true);
  for (auto const& name : *names) {
    auto const about = f->look_at(name);
    if (about.kind == io::folder_entry_kind::folder) {
      if (is_version_control(name)) SNOWCODER_CHECK(refuse(name, "version_control"));
    } else if (about.kind != io::folder_entry_kind::file) {
      SNOWCODER_CHECK(refuse(name, about.kind == io::folder_entry_kind::link ? "symbolic_link" : "not_a_file"));
    } else if (!io::is_jsonl(name) && !is_columns_name(name) && !io::is_archive_name(name)) {
      SNOWCODER_CHECK(
          offer(u.repository, name, "folder", about.bytes, {}, at_most, to, [&] { return f->read(name, at_most.file_bytes); }));
    }
  }
  return {};
}

}  // namespace snowcoder::corpus::detail

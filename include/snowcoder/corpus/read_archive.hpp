// SPDX-License-Identifier: Apache-2.0
// The files of an archive. A damaged one gives what it has; archives inside of it are not opened.
#pragma once

#include <snowcoder/corpus/receiver.hpp>
#include <snowcoder/corpus/unit.hpp>
#include <snowcoder/io/archive.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace snowcoder::corpus::detail {

inline expected<void> read_archive(unit const& u, limits const& at_most, receiver const& to) {
  auto const name_of_archive = u.path.filename().string();
  auto const broken = [&](error const& e, bool bomb) {
    return to.refuse({u.repository, name_of_archive, bomb ? "archive_bomb" : "broken_archive", e.message(), 0, true});
  };
  auto archive = io::archive_reader::open(u.path);
  if (!archive) return broken(archive.error(), false);
  for (std::int64_t count = 0;; ++count) {
    auto const more = archive->next();
    if (!more) return broken(more.error(), archive->bomb());
    if (!*more) return {};
    if (count >= at_most.unit_files) return broken({"over " + std::to_string(count) + " entries", name_of_archive, {}}, true);
    auto const& name = archive->name();
    if (archive->kind() == io::entry_kind::folder) continue;
    auto const path = safe_path(name).value_or(name);
    if (in_version_control(path)) continue;
    auto const refuse = [&](char const* reason) { return to.refuse({u.repository, path, reason, {}, 0, false}); };
    if (archive->kind() != io::entry_kind::file)
      SNOWCODER_CHECK(refuse(archive->kind() == io::entry_kind::link ? "symbolic_link" : "not_a_file"));
    else if (std::count(path.begin(), path.end(), '/') > at_most.folder_depth)
      SNOWCODER_CHECK(refuse("too_deep"));
    else
      SNOWCODER_CHECK(offer(u.repository, name, "archive", archive->stated_size(), {}, at_most, to,
                            [&] { return archive->read(at_most.file_bytes); }));
  }
}

}  // namespace snowcoder::corpus::detail

// SPDX-License-Identifier: Apache-2.0
// Streams the files of a unit: a folder, an archive, a git repository, loose files, or rows. One file is in memory at a time.
// What cannot be taken is reported with its reason; reading goes on with the next file, or, where an archive or a compressed
// file is damaged, with the next unit.
#pragma once

#include <snowcoder/corpus/read_archive.hpp>
#include <snowcoder/corpus/read_folder.hpp>
#include <snowcoder/corpus/read_git.hpp>
#include <snowcoder/corpus/read_rows.hpp>
#include <snowcoder/corpus/receiver.hpp>
#include <snowcoder/corpus/unit.hpp>

namespace snowcoder::corpus {

inline expected<void> read_unit(unit const& u, limits const& at_most, receiver const& to, io::row_columns const& columns = {}) {
  switch (u.kind) {
    case unit_kind::folder:
      return detail::read_folder(u, at_most, to);
    case unit_kind::loose_files:
      return detail::read_loose_files(u, at_most, to);
    case unit_kind::archive:
      return detail::read_archive(u, at_most, to);
    case unit_kind::git:
      return detail::read_git(u, at_most, to);
    case unit_kind::rows:
      return detail::read_lines(u, columns, at_most, to);
    case unit_kind::columns:
      return detail::read_columns(u, columns, at_most, to);
  }
  return {};
}

}  // namespace snowcoder::corpus

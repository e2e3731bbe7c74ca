// SPDX-License-Identifier: Apache-2.0
// The files of a git repository's HEAD, out of its objects: what is tracked, as it was committed, without hooks and filters.
#pragma once

#include <snowcoder/corpus/read_folder.hpp>
#include <snowcoder/corpus/receiver.hpp>
#include <snowcoder/corpus/unit.hpp>
#include <snowcoder/io/git_repository.hpp>

#include <string>
#include <utility>

namespace snowcoder::corpus::detail {

inline expected<void> read_git(unit const& u, limits const& at_most, receiver const& to) {
  bool const bare = io::is_git_store(u.path);
  auto const broken = [&](std::string const& path, std::string reason, std::string detail) {
    return to.refuse({u.repository, path, std::move(reason), std::move(detail), 0, true});
  };
#ifdef SNOWCODER_GIT
  auto const repository = io::git_repository::open(bare ? u.path : u.path / ".git");
  if (!repository) {  // a working tree has its files all the same
    SNOWCODER_CHECK(
        broken(bare ? "HEAD" : ".git", "broken_repository", repository.error().message() + (bare ? "" : "; read as a folder")));
    return bare ? expected<void>{} : read_folder(u, at_most, to);
  }
  return repository->for_each(
      {at_most.unit_files, at_most.folder_depth},
      [&](io::git_repository::entry&& e) -> expected<void> {
        if (e.kind == io::git_entry_kind::file)
          return offer(u.repository, e.path, "git", e.bytes, repository->created(), at_most, to, e.load);
        return to.refuse({u.repository,
                          safe_path(e.path).value_or(e.path),
                          e.kind == io::git_entry_kind::link ? "symbolic_link" : "submodule",
                          {},
                          0,
                          false});
      },
      broken);
#else
  if (!bare) return read_folder(u, at_most, to);
  return broken("HEAD", "no_git_support", "the program was built without libgit2");
#endif
}

}  // namespace snowcoder::corpus::detail

// SPDX-License-Identifier: Apache-2.0
// A hash of what lies at a path, a file or a folder, read block by block: memory is that of a block and of the names of the
// folders on the way, however large the files, however many, however deep.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/io/folder.hpp>
#include <snowcoder/io/shards.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

namespace detail {

/// Folders deeper than this are known by name only: no program reads what lies in them (corpus/source_file.hpp).
inline constexpr int deepest_hashed = 128;

/// The hash of a file's bytes; of one longer than the buffer, of the hashes of its parts.
inline expected<hash128> hash_of_file(folder const& f, std::string const& name, std::span<char> buffer) {
  hash128 all;
  bool first = true;
  SNOWCODER_CHECK(f.read_blocks(name, buffer, [&](std::string_view block) {
    if (!first && block.empty()) return;
    auto const own = hash(block);
    all = first ? own : hash(all.hex() + own.hex());
    first = false;
  }));
  return all;
}

/// Of the names and contents of the regular files below `f`. Links are not followed; stamps are left out, since they hold the
/// seconds that a run took. What cannot be read is known by name: who reads it says so.
inline expected<hash128> hash_below(folder const& f, int depth, std::span<char> buffer) {
  SNOWCODER_TRY(auto const names, f.names());
  hash128 all;
  for (auto const& name : names) {
    auto const kind = f.look_at(name).kind;
    expected<hash128> own = hash128{};
    if (kind == folder_entry_kind::folder) {
      auto const inner = depth < deepest_hashed ? f.enter(name) : expected<folder>(failure("too deep", name));
      own = inner ? hash_below(*inner, depth + 1, buffer) : expected<hash128>(failure(inner.error()));
      if (own && *own == hash128{}) continue;  // no file in it
    } else if (kind == folder_entry_kind::file && name != "provenance.json") {
      own = hash_of_file(f, name, buffer);
    } else {
      continue;
    }
    all = hash(((all.hex() + name) += '\0') += own ? own->hex() : "unreadable");
  }
  return all;
}

}  // namespace detail

inline expected<hash128> content_hash(std::filesystem::path const& path) {
  namespace fs = std::filesystem;
  std::vector<char> buffer(std::size_t(1) << 20);
  std::error_code e;
  if (fs::is_directory(path, e)) {
    SNOWCODER_TRY(auto const f, folder::open(path));
    SNOWCODER_TRY(auto all, detail::hash_below(f, 0, buffer));
    for (auto const& shard : shards(documents_folder(path)))  // who reads these follows links
      if (fs::is_symlink(shard, e)) {
        auto const own = content_hash(shard);
        all = hash(((all.hex() + shard.filename().string()) += '\0') += own ? own->hex() : "unreadable");
      }
    return all;
  }
  auto const file = fs::canonical(path, e);
  if (e || !fs::is_regular_file(file, e)) return failure("no such file or folder", path.string());
  SNOWCODER_TRY(auto const f, folder::open(file.parent_path()));
  return detail::hash_of_file(f, file.filename().string(), buffer);
}

}  // namespace snowcoder::io

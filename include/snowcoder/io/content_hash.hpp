// SPDX-License-Identifier: Apache-2.0
// A hash of what lies at a path, a file or a folder, read block by block: memory is that of a block a thread and of the names
// of the folders on the way, however large the files, however many, however deep. The files of a folder are read by several
// threads, which changes nothing in the hash: thousands of shards on a distant disk are opened side by side.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/folder.hpp>
#include <snowcoder/io/shards.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::io {

namespace detail {

/// Folders deeper than this are known by name only: no program reads what lies in them (corpus/source_file.hpp).
inline constexpr int deepest_hashed = 128;

/// What each thread reads into.
inline std::span<char> hash_buffer() {
  thread_local std::vector<char> buffer(std::size_t(1) << 20);
  return buffer;
}

/// The hash of a file's bytes; of one longer than the buffer, of the hashes of its parts.
inline expected<hash128> hash_of_file(folder const& f, std::string const& name) {
  hash128 all;
  bool first = true;
  SNOWCODER_CHECK(f.read_blocks(name, hash_buffer(), [&](std::string_view block) {
    if (!first && block.empty()) return;
    auto const own = hash(block);
    all = first ? own : hash(all.hex() + own.hex());
    first = false;
  }));
  return all;
}

/// Of the names and contents of the regular files below `f`. Links are not followed; stamps are left out, since they hold the
/// seconds that a run took. What cannot be read is known by name: who reads it says so.
inline expected<hash128> hash_below(folder const& f, int depth, thread_pool& pool) {
  SNOWCODER_TRY(auto const names, f.names());
  std::vector<folder_entry_kind> kinds(names.size());
  std::vector<std::optional<hash128>> own(names.size());
  pool.for_each_index(std::int64_t(names.size()), [&](std::int64_t index) {
    auto const i = std::size_t(index);
    kinds[i] = f.look_at(names[i]).kind;
    if (kinds[i] != folder_entry_kind::file || names[i] == "provenance.json") return;
    if (auto const h = hash_of_file(f, names[i])) own[i] = *h;
  });
  hash128 all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto const& name = names[i];
    if (kinds[i] == folder_entry_kind::folder) {
      auto const inner = depth < deepest_hashed ? f.enter(name) : expected<folder>(failure("too deep", name));
      if (auto const h = inner ? hash_below(*inner, depth + 1, pool) : expected<hash128>(failure(inner.error()))) own[i] = *h;
      if (own[i] == hash128{}) continue;  // no file in it
    } else if (kinds[i] != folder_entry_kind::file || name == "provenance.json") {
      continue;
    }
    all = hash(((all.hex() + name) += '\0') += own[i] ? own[i]->hex() : "unreadable");
  }
  return all;
}

}  // namespace detail

inline expected<hash128> content_hash(std::filesystem::path const& path, int threads = 1) {
  namespace fs = std::filesystem;
  std::error_code e;
  if (fs::is_directory(path, e)) {
    SNOWCODER_TRY(auto const f, folder::open(path));
    thread_pool pool(threads);
    SNOWCODER_TRY(auto all, detail::hash_below(f, 0, pool));
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
  return detail::hash_of_file(f, file.filename().string());
}

}  // namespace snowcoder::io

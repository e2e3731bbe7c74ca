// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all: written beside their place, synced, then renamed.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

class atomic_file {
 public:
  /// Begins `path`; parent folders are made. Nothing is visible there until commit().
  static expected<atomic_file> open(std::filesystem::path const& path) {
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    atomic_file f;
    f.path_ = path;
    f.part_ = path.string() + ".part";
    f.descriptor_ = ::open(f.part_.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (f.descriptor_ < 0) return failure(system_error(f.part_, "check that the folder exists and is writable"));
    return f;
  }
  atomic_file(atomic_file&& other) noexcept
      : path_(std::move(other.path_)), part_(std::move(other.part_)), descriptor_(std::exchange(other.descriptor_, -1)) {}
  atomic_file& operator=(atomic_file&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(part_, other.part_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~atomic_file() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(part_.c_str());
  }

  expected<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(system_error(part_, "free some disk space and run the same command again"));
      bytes.remove_prefix(std::size_t(n));
    }
    return {};
  }
  expected<void> write_at(std::uint64_t offset, std::string_view bytes) {
    auto const n = ::pwrite(descriptor_, bytes.data(), bytes.size(), off_t(offset));
    if (n != ssize_t(bytes.size())) return failure(system_error(part_));
    return {};
  }
  /// Syncs and moves the file to its place.
  expected<void> commit() {
    bool const synced = ::fsync(descriptor_) == 0;
    bool const closed = ::close(std::exchange(descriptor_, -1)) == 0;
    if (!synced || !closed || ::rename(part_.c_str(), path_.c_str()) != 0) {
      auto e = system_error(path_.string(), "free some disk space and run the same command again");
      ::unlink(part_.c_str());
      return failure(std::move(e));
    }
    return {};
  }

 private:
  atomic_file() = default;
  std::filesystem::path path_;
  std::string part_;
  int descriptor_ = -1;
};

/// Writes a whole file at once.
inline expected<void> write_file(std::filesystem::path const& path, std::string_view bytes) {
  SNOWCODER_TRY(auto file, atomic_file::open(path));
  SNOWCODER_CHECK(file.write(bytes));
  return file.commit();
}

}  // namespace snowcoder::io

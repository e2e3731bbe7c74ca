// SPDX-License-Identifier: Apache-2.0
// Files that appear whole or not at all: written beside their place, synced, then renamed.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// The error that errno describes of writing `where`, with what helps against it.
inline error write_error(std::string where) {
  auto const remedy = [](int code) {
    switch (code) {
      case ENOSPC:
      case EDQUOT:
        return "free some disk space and run the same command again";
      case EISDIR:
        return "a folder has that name: give that of a file";
      case ENOTDIR:
        return "a part of that path is a file: give another path";
      case EACCES:
      case EPERM:
        return "check who may write there, or give another path";
      case EROFS:
        return "nothing can be written there: give another path";
      default:
        return "check that the folder exists and can be written, then run the same command again";
    }
  };
  auto const* const what = remedy(errno);
  return system_error(std::move(where), what);
}

/// Names that a folder has got stay there when the power goes. One that may be written and not read is left as it is.
inline expected<void> sync_folder(std::filesystem::path const& folder) {
  int const d = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (d < 0) return errno == EACCES ? expected<void>() : failure(write_error(folder.string()));
  expected<void> done;
  if (::fsync(d) != 0 && errno != EINVAL)  // EINVAL: of this file system it cannot be asked
    done = failure(write_error(folder.string()));
  ::close(d);
  return done;
}

/// For a program that writes one file after long work: refused, before that, where a folder has the file's name.
inline expected<void> check_file_place(std::filesystem::path const& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return {};
  errno = EISDIR;
  return failure(write_error(path.string()));
}

class atomic_file {
 public:
  /// Begins `path`; parent folders are made. Nothing is visible there until commit(). Refused while another writes the file:
  /// both would write into one another's part.
  static expected<atomic_file> open(std::filesystem::path const& path) {
    SNOWCODER_CHECK(check_file_place(path));
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    atomic_file f;
    f.path_ = path;
    f.part_ = path.string() + ".part";
    for (;;) {
      f.descriptor_ = ::open(f.part_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
      if (f.descriptor_ < 0) return failure(write_error(f.part_));
      if (::flock(f.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(std::exchange(f.descriptor_, -1));
        return failure("another program is writing this file", f.path_.string(), "wait until it ends");
      }
      if (f.is_the_part()) break;
      ::close(std::exchange(f.descriptor_, -1));  // it has been put in its place since it was opened
    }
    if (::ftruncate(f.descriptor_, 0) != 0 && errno != EINVAL)  // what a killed run left; EINVAL: a device, which has nothing
      return failure(write_error(f.part_));
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
    ::unlink(part_.c_str());  // while it is locked: afterwards it may be another's
    ::close(descriptor_);
  }

  expected<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(write_error(part_));
      bytes.remove_prefix(std::size_t(n));
    }
    return {};
  }
  expected<void> write_at(std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::pwrite(descriptor_, bytes.data(), bytes.size(), off_t(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(write_error(part_));
      bytes.remove_prefix(std::size_t(n));
      offset += std::uint64_t(n);
    }
    return {};
  }
  /// Syncs and moves the file to its place, where it stays when the power goes.
  expected<void> commit() {
    expected<void> done;
    if (::fsync(descriptor_) != 0 || ::rename(part_.c_str(), path_.c_str()) != 0) {
      done = failure(write_error(path_.string()));
      ::unlink(part_.c_str());
    }
    ::close(std::exchange(descriptor_, -1));  // last: it ends the lock
    return done ? sync_folder(path_.parent_path()) : done;
  }

 private:
  atomic_file() = default;
  bool is_the_part() const {
    struct stat mine = {}, there = {};
    return ::fstat(descriptor_, &mine) == 0 && ::stat(part_.c_str(), &there) == 0 && mine.st_dev == there.st_dev &&
           mine.st_ino == there.st_ino;
  }
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

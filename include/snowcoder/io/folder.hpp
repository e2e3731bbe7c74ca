// SPDX-License-Identifier: Apache-2.0
// A folder by its descriptor: entries are named inside it and never followed out of it, however deep it lies and whatever is
// renamed meanwhile. Memory: the names of one folder.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::io {

enum class folder_entry_kind : std::uint8_t { file, folder, link, special };

class folder {
 public:
  static expected<folder> open(std::filesystem::path const& path) {
    return from(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), path.string());
  }
  expected<folder> enter(std::string const& name) const {
    return from(::openat(descriptor_, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), name);
  }
  folder(folder&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  folder& operator=(folder&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~folder() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Sorted, without "." and "..".
  expected<std::vector<std::string>> names() const {
    int const own = ::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ::DIR* const stream = own < 0 ? nullptr : ::fdopendir(own);
    if (!stream) {
      auto e = system_error("a folder");
      if (own >= 0) ::close(own);
      return failure(std::move(e));
    }
    std::vector<std::string> found;
    errno = 0;
    while (auto const* entry = ::readdir(stream))
      if (std::string name = entry->d_name; name != "." && name != "..") found.push_back(std::move(name));
    auto const problem = errno;
    ::closedir(stream);
    errno = problem;
    if (problem != 0) return failure(system_error("a folder"));
    std::sort(found.begin(), found.end());
    return found;
  }

  struct about {
    folder_entry_kind kind = folder_entry_kind::special;
    std::int64_t bytes = 0;
  };
  about look_at(std::string const& name) const {
    struct ::stat s {};
    if (::fstatat(descriptor_, name.c_str(), &s, AT_SYMLINK_NOFOLLOW) != 0) return {};
    return {S_ISREG(s.st_mode)   ? folder_entry_kind::file
            : S_ISDIR(s.st_mode) ? folder_entry_kind::folder
            : S_ISLNK(s.st_mode) ? folder_entry_kind::link
                                 : folder_entry_kind::special,
            std::int64_t(s.st_size)};
  }

  /// The content of a regular file, at most `limit` + 1 bytes of it (so that too much can be told from just enough).
  expected<std::string> read(std::string const& name, std::int64_t limit) const {
    std::string text;
    SNOWCODER_CHECK(with_file(name, [&](int file, std::int64_t size) -> expected<void> {
      text.resize(std::size_t(std::min(size, limit)) + 1);
      for (std::size_t filled = 0;;) {
        auto const n = ::read(file, text.data() + filled, text.size() - filled);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure(system_error(name));
        filled += std::size_t(n);
        if (n == 0 || std::int64_t(filled) > limit) {
          text.resize(filled);
          return {};
        }
        if (filled == text.size()) text.resize(std::min(text.size() * 2, std::size_t(limit) + 1));  // it has grown since
      }
    }));
    return text;
  }
  /// Gives the content of a regular file to visit(block); all blocks but the last fill `buffer`.
  template <class Visit>
  expected<void> read_blocks(std::string const& name, std::span<char> buffer, Visit&& visit) const {
    return with_file(name, [&](int file, std::int64_t) -> expected<void> {
      for (std::size_t filled = 0;;) {
        auto const n = ::read(file, buffer.data() + filled, buffer.size() - filled);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure(system_error(name));
        filled += std::size_t(n);
        if (n > 0 && filled < buffer.size()) continue;
        visit(std::string_view(buffer.data(), filled));
        if (n == 0) return {};
        filled = 0;
      }
    });
  }

 private:
  explicit folder(int descriptor) : descriptor_(descriptor) {}
  static expected<folder> from(int descriptor, std::string const& name) {
    if (descriptor < 0) return failure(system_error(name));
    return folder(descriptor);
  }
  template <class Use>
  expected<void> with_file(std::string const& name, Use&& use) const {
    int const file = ::openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return failure(system_error(name));
    struct ::stat s {};
    auto result = ::fstat(file, &s) != 0 ? expected<void>(failure(system_error(name)))
                  : !S_ISREG(s.st_mode)  ? expected<void>(failure("no regular file", name))
                                         : use(file, std::int64_t(s.st_size));
    ::close(file);
    return result;
  }

  int descriptor_ = -1;
};

}  // namespace snowcoder::io

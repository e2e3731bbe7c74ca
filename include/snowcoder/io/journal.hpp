// SPDX-License-Identifier: Apache-2.0
// What has been done, one JSON line each, safe on disk before the next step: after a kill, a program reads its journal and
// goes on behind the last whole line. A line that was being written is cut off.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

class journal {
 public:
  /// Place of a row, for read_at.
  struct place {
    std::uint64_t offset = 0, bytes = 0;
  };
  using visitor = std::function<expected<void>(json const& row, place)>;

  /// Opens or makes `path`, visits every row that it holds, cuts a torn end, and stands ready to append. One program at a
  /// time: a second one is refused.
  static expected<journal> open(std::filesystem::path const& path, visitor const& visit = {}) {
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    journal j;
    j.path_ = path.string();
    j.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (j.descriptor_ < 0) return failure(write_error(j.path_));
    if (::flock(j.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)  // where nothing can be locked, nothing is
      return failure("another program is writing this journal", j.path_, "wait until it ends, or give another --out");
    SNOWCODER_CHECK(j.read(visit));
    if (::ftruncate(j.descriptor_, off_t(j.size_)) != 0 || ::fsync(j.descriptor_) != 0) return failure(write_error(j.path_));
    SNOWCODER_CHECK(sync_folder(path.parent_path()));
    return j;
  }
  journal(journal&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        size_(other.size_),
        rows_(other.rows_) {}
  journal& operator=(journal&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(rows_, other.rows_);
    return *this;
  }
  ~journal() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// Adds a row; it is on the disk when this returns, unless the caller can make it again.
  enum class durable { yes, no };
  expected<place> append(json const& row, durable safe = durable::yes) {
    auto const line = to_line(row) + "\n";
    std::string_view left = line;
    for (auto at = size_; !left.empty();) {
      auto const n = ::pwrite(descriptor_, left.data(), left.size(), off_t(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(write_error(path_));
      left.remove_prefix(std::size_t(n));
      at += std::uint64_t(n);
    }
    if (safe == durable::yes && ::fdatasync(descriptor_) != 0) return failure(write_error(path_));
    place const where{size_, line.size()};
    size_ += line.size();
    ++rows_;
    return where;
  }

  /// The row at a place given by open or append.
  expected<json> read_at(place p) const {
    std::string text(p.bytes, '\0');
    for (std::size_t got = 0; got < text.size();) {
      auto const n = ::pread(descriptor_, text.data() + got, text.size() - got, off_t(p.offset + got));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return failure("journal row cannot be read", path_);
      got += std::size_t(n);
    }
    return parse_json(text, path_);
  }
  std::int64_t rows() const { return rows_; }

 private:
  journal() = default;

  expected<void> read(visitor const& visit) {
    std::string text, block(1 << 20, '\0');
    for (std::uint64_t at = 0;;) {
      auto const n = ::pread(descriptor_, block.data(), block.size(), off_t(at));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(system_error(path_));
      at += std::uint64_t(n);
      text.append(block.data(), std::size_t(n));
      std::size_t begin = 0;
      for (std::size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
        auto const line = std::string_view(text).substr(begin, end - begin);
        auto const row = parsed(line);
        if (row.is_discarded()) {
          // The last line may be torn and yet end in a newline (a block that never reached the disk reads as zeros).
          if (!nested_too_deeply(line) && end + 1 == text.size() && ::lseek(descriptor_, 0, SEEK_END) == off_t(at)) return {};
          return failure("journal row " + std::to_string(rows_ + 1) + " is not JSON", path_,
                         "move the file away to start again");
        }
        place const where{size_, end + 1 - begin};
        if (visit) SNOWCODER_CHECK(visit(row, where));
        size_ += where.bytes;
        ++rows_;
      }
      text.erase(0, begin);
      if (n == 0) return {};  // what is left has no newline: torn
    }
  }

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace snowcoder::io

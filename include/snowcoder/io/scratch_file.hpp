// SPDX-License-Identifier: Apache-2.0
// Space on disk for what does not fit in memory: a file without a name, gone when it is closed, however the program ends.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/mapped_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// The descriptor of a new file without a name on the disk of `folder`, which is made; the caller closes it.
inline expected<int> open_nameless(std::filesystem::path const& folder) {
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  auto name = (folder / ".scratch-XXXXXX").string();
  int const descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return failure(write_error(folder.string()));
  ::unlink(name.c_str());
  return descriptor;
}

class scratch_file {
 public:
  /// A new one on the disk of `folder`, which is made.
  static expected<scratch_file> open(std::filesystem::path const& folder) {
    scratch_file f;
    f.where_ = folder.string();
    SNOWCODER_TRY(f.descriptor_, open_nameless(folder));
    return f;
  }
  scratch_file(scratch_file&& other) noexcept
      : where_(std::move(other.where_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        size_(other.size_),
        buffer_(std::move(other.buffer_)) {}
  scratch_file& operator=(scratch_file&& other) noexcept {
    std::swap(where_, other.where_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~scratch_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  std::uint64_t size() const { return size_ + buffer_.size(); }

  /// Appends through a buffer of a megabyte.
  expected<void> append(std::string_view bytes) {
    if (buffer_.size() + bytes.size() > buffered) SNOWCODER_CHECK(flush());
    if (bytes.size() > buffered) return write(bytes);
    buffer_ += bytes;
    return {};
  }
  /// Hands to the system what append holds back; what read() is to see.
  expected<void> flush() {
    SNOWCODER_CHECK(write(buffer_));
    buffer_.clear();
    return {};
  }
  /// All of it as memory; what flush() has handed over.
  expected<mapped_file> map() const { return mapped_file::of(descriptor_, where_); }
  /// Up to `bytes` bytes from `offset`; how many there were.
  expected<std::size_t> read(std::uint64_t offset, char* to, std::size_t bytes) const {
    std::size_t got = 0;
    while (got < bytes) {
      auto const n = ::pread(descriptor_, to + got, bytes - got, off_t(offset + got));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(system_error(where_));
      if (n == 0) break;
      got += std::size_t(n);
    }
    return got;
  }

 private:
  static constexpr std::size_t buffered = std::size_t(1) << 20;
  scratch_file() = default;

  expected<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::pwrite(descriptor_, bytes.data(), bytes.size(), off_t(size_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(write_error(where_));
      size_ += std::uint64_t(n);
      bytes.remove_prefix(std::size_t(n));
    }
    return {};
  }

  std::string where_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::string buffer_;
};

}  // namespace snowcoder::io

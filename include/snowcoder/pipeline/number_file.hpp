// SPDX-License-Identifier: Apache-2.0
// Numbers of 32 bits, one for every document, in a file that is mapped: the system keeps in memory what is in use and there is
// room for, and puts the rest on the disk. Where all of it fits, it is as fast as memory.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/scratch_file.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <utility>

namespace snowcoder::pipeline {

class number_file {
 public:
  /// `count` zeros in a file without a name on the disk of `folder`, which is made. Fails where there is no room for them.
  static expected<number_file> zeros(std::filesystem::path const& folder, std::uint64_t count) {
    SNOWCODER_TRY(int const d, io::open_nameless(folder));
    auto const bytes = count * sizeof(std::uint32_t);
    // Writing to a page that the disk has no room for would end the program: all of them are reserved here.
    if (int const e = bytes > 0 ? ::posix_fallocate(d, 0, off_t(bytes)) : 0; e != 0) {
      ::close(d);
      errno = e;
      return failure(io::write_error(folder.string()));
    }
    return map(d, bytes, MAP_SHARED, folder);
  }
  /// Those in the file `path`, which does not change: what is written here is not seen by others.
  static expected<number_file> open(std::filesystem::path const& path) {
    int const d = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (d < 0) return failure(system_error(path.string()));
    struct ::stat s {};
    if (::fstat(d, &s) != 0) s.st_size = 0;
    return map(d, std::uint64_t(s.st_size), MAP_PRIVATE, path);
  }
  number_file() = default;
  number_file(number_file&& other) noexcept
      : numbers_(std::exchange(other.numbers_, {})), mapped_(std::exchange(other.mapped_, 0)) {}
  number_file& operator=(number_file&& other) noexcept {
    std::swap(numbers_, other.numbers_);
    std::swap(mapped_, other.mapped_);
    return *this;
  }
  ~number_file() {
    if (mapped_ > 0) ::munmap(numbers_.data(), mapped_);
  }

  std::size_t size() const { return numbers_.size(); }
  std::uint32_t operator[](std::size_t i) const { return numbers_[i]; }
  std::uint32_t& operator[](std::size_t i) { return numbers_[i]; }
  std::span<std::uint32_t const> all() const { return numbers_; }
  std::span<std::uint32_t> all() { return numbers_; }
  /// Only the first `count` stay.
  void cut(std::size_t count) { numbers_ = numbers_.first(count); }

 private:
  static expected<number_file> map(int descriptor, std::uint64_t bytes, int sharing, std::filesystem::path const& where) {
    number_file f;
    void* data = bytes > 0 ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, sharing, descriptor, 0) : nullptr;
    auto const saved = errno;
    ::close(descriptor);
    errno = saved;
    if (data == MAP_FAILED) return failure(system_error(where.string()));
    f.numbers_ = {static_cast<std::uint32_t*>(data), std::size_t(bytes / sizeof(std::uint32_t))};
    f.mapped_ = bytes;
    return f;
  }

  std::span<std::uint32_t> numbers_;
  std::size_t mapped_ = 0;  // bytes
};

}  // namespace snowcoder::pipeline

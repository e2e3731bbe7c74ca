// SPDX-License-Identifier: Apache-2.0
// A file as read-only memory, paged in as it is touched.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

class mapped_file {
 public:
  static expected<mapped_file> open(std::filesystem::path const& path) {
    int const d = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (d < 0) return failure(system_error(path.string()));
    auto f = of(d, path.string());
    ::close(d);
    return f;
  }
  /// What `descriptor` is open for, which may be closed afterwards; `name` is for messages.
  static expected<mapped_file> of(int descriptor, std::string const& name) {
    struct ::stat s {};
    mapped_file f;
    bool ok = ::fstat(descriptor, &s) == 0 && S_ISREG(s.st_mode);
    if (!ok) errno = EINVAL;
    if (ok && s.st_size > 0) {
      f.data_ = ::mmap(nullptr, std::size_t(s.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0);
      ok = f.data_ != MAP_FAILED;
      f.size_ = ok ? std::size_t(s.st_size) : 0;
      if (!ok) f.data_ = nullptr;
    }
    if (!ok) return failure(system_error(name));
    return f;
  }
  mapped_file() = default;
  mapped_file(mapped_file&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  mapped_file& operator=(mapped_file&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~mapped_file() {
    if (data_) ::munmap(data_, size_);
  }

  std::string_view bytes() const { return {static_cast<char const*>(data_), size_}; }

  /// For places far apart: a page that is touched comes alone, and not half a megabyte around it.
  void expect_random() const {
    if (data_) ::madvise(data_, size_, MADV_RANDOM);
  }
  /// bytes().substr(offset, count), whose pages are asked for at once: they are on their way when it returns.
  std::string_view fetch(std::size_t offset, std::size_t count) const {
    auto const part = bytes().substr(offset, count);
    auto const into_page = reinterpret_cast<std::uintptr_t>(part.data()) % std::uintptr_t(::sysconf(_SC_PAGESIZE));
    if (!part.empty()) ::madvise(const_cast<char*>(part.data()) - into_page, part.size() + into_page, MADV_WILLNEED);
    return part;
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace snowcoder::io

// SPDX-License-Identifier: Apache-2.0
// One program at a time in an output folder. The lock is the kernel's: it ends with the process, however that ends.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>

namespace snowcoder::io {

class folder_lock {
 public:
  /// Makes the folder if need be and locks it; refused while another process holds it.
  static expected<folder_lock> take(std::filesystem::path const& folder) {
    std::error_code e;
    if (std::filesystem::create_directories(folder, e); e)
      return failure(e.message(), folder.string(), "give the path of a folder that can be written");
    folder_lock lock;
    lock.descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock.descriptor_ < 0) return failure(system_error(folder.string()));
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)  // where nothing can be locked, nothing is
      return failure("another program is at work in this folder", folder.string(), "wait until it ends");
    return lock;
  }
  folder_lock(folder_lock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  folder_lock& operator=(folder_lock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~folder_lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

 private:
  folder_lock() = default;
  int descriptor_ = -1;
};

}  // namespace snowcoder::io

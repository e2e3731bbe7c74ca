// SPDX-License-Identifier: Apache-2.0
// What the judge holds of the operating system, each let go by its owner's end: descriptors and child processes.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace snowcoder::evaluate {

/// A descriptor that closes itself.
class descriptor {
 public:
  descriptor(int fd = -1) : fd_(fd) {}
  descriptor(descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  descriptor& operator=(descriptor&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

/// A child that dies with its owner.
class child {
 public:
  child(pid_t pid = -1) : pid_(pid) {}
  child(child&& o) noexcept : pid_(std::exchange(o.pid_, -1)) {}
  child& operator=(child&& o) noexcept {
    std::swap(pid_, o.pid_);
    return *this;
  }
  ~child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

 private:
  pid_t pid_;
};

/// Bytes as a file that nobody can change, read from its start.
inline expected<descriptor> sealed_file(std::string_view bytes) {
  descriptor file(int(::memfd_create("given", MFD_CLOEXEC | MFD_ALLOW_SEALING)));
  for (auto left = bytes; !left.empty();) {
    auto const n = ::write(file.get(), left.data(), left.size());
    if (n <= 0) return failure(system_error("memfd_create"));
    left.remove_prefix(std::size_t(n));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
  return file;
}

/// Both ends of a pipe: to read, to write.
inline expected<std::pair<descriptor, descriptor>> open_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failure(system_error("pipe"));
  return std::pair<descriptor, descriptor>(ends[0], ends[1]);
}

}  // namespace snowcoder::evaluate

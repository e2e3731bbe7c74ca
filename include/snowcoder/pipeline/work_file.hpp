// SPDX-License-Identifier: Apache-2.0
// A file of work in progress that grows at its end. What lies before a sync() is safe; who goes on after an interruption cuts
// the file to the length that it had then. Pieces are written by a thread beside the caller's: handing texts to the system
// takes half as long as everything else that one thread does with them.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::pipeline {

class work_file {
 public:
  /// Opens or makes `path`, in a folder that is made; of what it holds only the first `keep` bytes stay.
  static expected<work_file> open(std::filesystem::path const& path, std::uint64_t keep) {
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    work_file f;
    f.path_ = path;
    f.end_ = f.written_ = f.synced_ = keep;
    f.descriptor_ = ::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
    if (f.descriptor_ < 0 || ::ftruncate(f.descriptor_, off_t(keep)) != 0) return failure(io::write_error(path.string()));
    return f;
  }
  work_file(work_file&& other) noexcept {
    if (other.writing_.valid()) other.writing_.wait();  // it holds the other's address
    path_ = std::move(other.path_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    end_ = other.end_;
    written_ = other.written_;
    synced_ = other.synced_;
    buffer_ = std::move(other.buffer_);
    writing_ = std::move(other.writing_);
  }
  work_file& operator=(work_file&&) = delete;
  ~work_file() {
    if (writing_.valid()) writing_.wait();
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  std::filesystem::path const& path() const { return path_; }
  /// Where the next byte will stand.
  std::uint64_t end() const { return end_; }

  expected<void> append(std::string_view bytes) {
    buffer_ += bytes;
    end_ += bytes.size();
    if (buffer_.size() < piece) return {};
    SNOWCODER_CHECK(finish_writing());
    leaving_.swap(buffer_);
    buffer_.clear();
    writing_ = std::async(std::launch::async, [this] { return write(leaving_); });
    return {};
  }
  /// When it returns, all that was appended is on the disk.
  expected<void> sync() {
    SNOWCODER_CHECK(finish_writing());
    SNOWCODER_CHECK(write(buffer_));
    buffer_.clear();
    if (synced_ == written_) return {};
    if (::fdatasync(descriptor_) != 0) return failure(io::write_error(path_.string()));
    synced_ = written_;
    return {};
  }

 private:
  static constexpr std::size_t piece = std::size_t(2) << 20;
  work_file() = default;

  expected<void> finish_writing() { return writing_.valid() ? writing_.get() : expected<void>(); }
  expected<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      auto const n = ::pwrite(descriptor_, bytes.data(), bytes.size(), off_t(written_));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return failure(io::write_error(path_.string()));
      bytes.remove_prefix(std::size_t(n));
      // The disk begins at once, so that a sync has little left to wait for.
      ::sync_file_range(descriptor_, off_t(written_), n, SYNC_FILE_RANGE_WRITE);
      written_ += std::uint64_t(n);
    }
    return {};
  }

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t end_ = 0, written_ = 0, synced_ = 0;
  std::string buffer_, leaving_;  // what is appended; what is being written
  std::future<expected<void>> writing_;
};

}  // namespace snowcoder::pipeline

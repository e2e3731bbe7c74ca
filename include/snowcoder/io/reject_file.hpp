// SPDX-License-Identifier: Apache-2.0
// rejects.jsonl: one row for everything that did not go on, with its reason. Rows go to the disk as they come: a corpus of
// another form is refused row by row, and would not fit in memory.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/record/reject.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// Where the rows about a single file stand. The whole name counts: v1.5 and v1.6 are two files.
inline std::filesystem::path rejects_beside(std::filesystem::path const& file) { return file.string() + ".rejects.jsonl"; }

inline std::string reject_line(reject const& r) {
  return to_line(json{{"id", r.id}, {"stage", r.stage}, {"reason", r.reason}, {"detail", r.detail}});
}

/// Writes rows one after the other; the file appears at commit(). With none there is no file, and one left by an earlier run
/// goes away.
class reject_writer {
 public:
  explicit reject_writer(std::filesystem::path path) : path_(std::move(path)) {}

  expected<void> add(reject const& r) { return add_line(reject_line(r)); }
  expected<void> add_line(std::string_view line) {
    if (!out_) {
      SNOWCODER_TRY(out_, atomic_file::open(path_));
    }
    ++rows_;
    (buffer_ += line) += '\n';
    return buffer_.size() < buffered ? expected<void>() : flush();
  }
  std::filesystem::path const& path() const { return path_; }
  std::int64_t rows() const { return rows_; }
  bool empty() const { return rows_ == 0; }
  expected<void> commit() {
    if (!out_) {
      std::error_code ignored;
      std::filesystem::remove(path_, ignored);
      return {};
    }
    SNOWCODER_CHECK(flush());
    return out_->commit();
  }

 private:
  static constexpr std::size_t buffered = std::size_t(1) << 16;
  expected<void> flush() {
    SNOWCODER_CHECK(out_->write(buffer_));
    buffer_.clear();
    return {};
  }

  std::filesystem::path path_;
  std::optional<atomic_file> out_;
  std::string buffer_;
  std::int64_t rows_ = 0;
};

/// Writes rows that are held already.
inline expected<void> write_rejects(std::filesystem::path const& path, std::span<reject const> rejects) {
  reject_writer out(path);
  for (auto const& r : rejects) SNOWCODER_CHECK(out.add(r));
  return out.commit();
}

}  // namespace snowcoder::io

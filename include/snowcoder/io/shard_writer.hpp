// SPDX-License-Identifier: Apache-2.0
// Lines into the shards of one folder, cut by group and size; the order of calls is the order on disk.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

class shard_writer {
 public:
  /// `helpers`: threads that compress beside the caller (text_writer).
  explicit shard_writer(std::filesystem::path folder, std::size_t shard_bytes = std::size_t(256) << 20, int helpers = 0)
      : folder_(std::move(folder)), limit_(shard_bytes), helpers_(helpers) {}

  /// Goes on behind `shards` finished shards of `group`.
  void go_on_behind(std::string group, int shards) {
    group_ = std::move(group);
    number_ = shards;
  }
  /// Lines of the same `group` (a language's file-safe name) share shards: <group>-00000.jsonl.zst.
  expected<void> write(std::string_view group, std::string_view line) {
    if (open_ && (group != group_ || written_ + line.size() > limit_)) SNOWCODER_CHECK(close());
    if (group != group_) {
      group_ = group;
      number_ = 0;
    }
    if (!open_) {
      char digits[16];
      std::snprintf(digits, sizeof digits, "-%05d", number_++);
      name_ = group_ + digits + ".jsonl.zst";
      SNOWCODER_TRY(open_, text_writer::open(folder_ / name_, 3, helpers_));
      written_ = 0;
    }
    written_ += line.size() + 1;
    return open_->write_line(line);
  }
  /// The name of the shard that took the last line; rows about documents are filed under the same name.
  std::string const& name() const { return name_; }
  /// So many shards of its group have been begun.
  int shards() const { return number_; }
  expected<void> close() {
    if (!open_) return {};
    auto const closed = open_->commit();
    open_.reset();
    return closed;
  }

 private:
  std::filesystem::path folder_;
  std::size_t limit_, written_ = 0;
  std::string group_, name_;
  int number_ = 0, helpers_;
  std::optional<text_writer> open_;
};

}  // namespace snowcoder::io

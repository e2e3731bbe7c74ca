// SPDX-License-Identifier: Apache-2.0
// Rows of one fixed size in order, within a bound of memory: what does not fit goes to disk in sorted runs, which are merged.
#pragma once

#include <snowcoder/core/merged_runs.hpp>
#include <snowcoder/core/release.hpp>
#include <snowcoder/io/row_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace snowcoder::io {

/// `Before` is a total order without a state: rows that are equal under it come in any order.
template <class Row, class Before = std::less<Row>>
class external_sort {
 public:
  /// Up to `memory` bytes of rows are held; runs go to a scratch file in `folder`.
  external_sort(std::filesystem::path folder, std::int64_t memory)
      : folder_(std::move(folder)), room_(std::size_t(std::max<std::int64_t>(memory / std::int64_t(sizeof(Row)), 2))) {}

  expected<void> add(Row const& row) {
    if (held_.capacity() < room_) held_.reserve(room_);  // untouched pages cost nothing, growing would cost half as much again
    if (held_.size() == room_) SNOWCODER_CHECK(spill());
    held_.push_back(row);
    return {};
  }
  /// After the last add, once: visit(row) for every row, in order; it returns expected<void>, an error ends the reading.
  template <class Visit>
  expected<void> for_each(Visit&& visit) {
    if (!runs_) {
      std::sort(held_.begin(), held_.end(), Before());
      for (auto const& row : held_) SNOWCODER_CHECK(visit(row));
      release(held_);
      return {};
    }
    SNOWCODER_CHECK(spill());
    release(held_);
    SNOWCODER_CHECK(runs_->finish());
    merged_runs<Row, row_file<Row>, Before> merged;
    for (std::size_t i = 0; i < begins_.size(); ++i)
      merged.add(*runs_, begins_[i], i + 1 < begins_.size() ? begins_[i + 1] : runs_->rows());
    for (;;) {
      SNOWCODER_TRY(Row const* row, merged.peek());
      if (!row) return {};
      SNOWCODER_CHECK(visit(*row));
      merged.pop();
    }
  }

 private:
  expected<void> spill() {
    if (!runs_) {
      SNOWCODER_TRY(auto file, row_file<Row>::open(folder_));
      runs_.emplace(std::move(file));
    }
    std::sort(held_.begin(), held_.end(), Before());
    begins_.push_back(runs_->rows());
    SNOWCODER_CHECK(runs_->append(held_.data(), held_.size()));
    held_.clear();
    return {};
  }

  std::filesystem::path folder_;
  std::size_t room_;
  std::vector<Row> held_;
  std::optional<row_file<Row>> runs_;  // from the first run on
  std::vector<std::uint64_t> begins_;  // of the runs, in rows
};

}  // namespace snowcoder::io

// SPDX-License-Identifier: Apache-2.0
// Rows of one fixed size in a scratch file: appended once, read from any row on as often as asked.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/scratch_file.hpp>
#include <snowcoder/io/value_bytes.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::io {

template <class Row>
class row_file {
  static_assert(std::is_trivially_copyable_v<Row>);

 public:
  static expected<row_file> open(std::filesystem::path const& folder) {
    SNOWCODER_TRY(auto file, scratch_file::open(folder));
    return row_file(std::move(file));
  }
  std::uint64_t rows() const { return file_.size() / sizeof(Row); }

  expected<void> append(Row const& row) { return file_.append(bytes_of(row)); }
  expected<void> append(Row const* rows, std::size_t count) {
    return file_.append({reinterpret_cast<char const*>(rows), count * sizeof(Row)});
  }
  /// After the last append, before the first read.
  expected<void> finish() { return file_.flush(); }

  /// Calls visit(row) for every row; visit returns expected<void>, an error ends the reading.
  template <class Visit>
  expected<void> for_each(Visit&& visit) const {
    std::vector<Row> block(block_rows);
    for (std::uint64_t at = 0; at < rows();) {
      SNOWCODER_TRY(auto const n, read(at, block));
      for (std::size_t i = 0; i < n; ++i) SNOWCODER_CHECK(visit(block[i]));
      at += n;
    }
    return {};
  }
  /// Fills `block` from row `first` on; how many rows there were.
  expected<std::size_t> read(std::uint64_t first, std::vector<Row>& block) const {
    auto const want = std::size_t(std::min<std::uint64_t>(block.size(), rows() - std::min(first, rows())));
    SNOWCODER_TRY(auto const got, file_.read(first * sizeof(Row), reinterpret_cast<char*>(block.data()), want * sizeof(Row)));
    if (got != want * sizeof(Row)) return failure("a scratch file is shorter than what was written to it");
    return want;
  }

 private:
  static constexpr std::size_t block_rows = (std::size_t(1) << 20) / sizeof(Row) + 1;
  explicit row_file(scratch_file file) : file_(std::move(file)) {}
  scratch_file file_;
};

}  // namespace snowcoder::io

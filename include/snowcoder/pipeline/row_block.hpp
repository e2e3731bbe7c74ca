// SPDX-License-Identifier: Apache-2.0
// A stretch of rows of one shard: what is read at once and worked on by one thread.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/document_view.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

struct row_block {
  struct row {
    std::size_t begin, length;
    std::int64_t number;  ///< of the line, from 1
  };
  static constexpr std::size_t bytes = std::size_t(1) << 20;  ///< about so many are read; a longer row stands alone

  std::string text;  ///< rows one after the other, and io::row_padding
  std::vector<row> rows;

  /// The next rows; false at the end.
  expected<bool> read(io::line_reader& lines) {
    text.clear();
    rows.clear();
    text.reserve(bytes + bytes / 8);
    for (std::string_view line; text.size() < bytes;) {
      SNOWCODER_TRY(bool const more, lines.next_row(line));
      if (!more) break;
      rows.push_back({text.size(), line.size(), lines.number()});
      text += line;
    }
    text.append(io::row_padding, ' ');
    return !rows.empty();
  }
  /// The row's text, behind which io::row_padding bytes may be read.
  std::string_view operator[](row const& r) const { return std::string_view(text).substr(r.begin, r.length); }
};

}  // namespace snowcoder::pipeline

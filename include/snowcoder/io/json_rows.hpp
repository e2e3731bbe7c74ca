// SPDX-License-Identifier: Apache-2.0
// Small files of JSON lines, a value a row; plain, .gz or .zst. Bulk rows are read with simdjson (io/document_file.hpp).
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace snowcoder::io {

/// Calls visit(row, "path:line") for every row; stops at an error, which a line that is no JSON is too.
inline expected<void> for_each_row(std::filesystem::path const& file,
                                   std::function<expected<void>(json const&, std::string const&)> const& visit) {
  SNOWCODER_TRY(auto lines, line_reader::open(file));
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next_row(line));
    if (!more) return {};
    auto const place = lines.place();
    SNOWCODER_TRY(auto const row, parse_json(line, place));
    SNOWCODER_CHECK(visit(row, place));
  }
}

}  // namespace snowcoder::io

// SPDX-License-Identifier: Apache-2.0
// The rows of a data set, JSON lines or Parquet. One that cannot be used is refused alone; a file that is damaged gives what
// stands before the damage.
#pragma once

#include <snowcoder/corpus/receiver.hpp>
#include <snowcoder/corpus/unit.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/io/parquet_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/io/source_row.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::corpus::detail {

/// A row as a file. Rows without a path are called by their number; a text that is too large goes no further.
inline expected<void> offer_row(unit const& u, io::source_row&& row, std::string_view source, std::string const& stem,
                                std::int64_t number, limits const& at_most, receiver const& to) {
  auto& d = row.content;
  auto path = safe_path(d.path.empty() ? stem + "/" + std::to_string(number) : d.path);
  auto repository = d.repository.empty() ? u.repository : std::move(d.repository);
  if (!path || !io::is_utf8_text(repository))
    return to.refuse({std::move(repository), std::move(d.path), "unsafe_path", stem + ":" + std::to_string(number),
                      std::int64_t(d.text.size()), true});
  if (auto const bytes = std::int64_t(d.text.size()); bytes > at_most.file_bytes)
    return to.refuse({std::move(repository), std::move(*path), "too_large",
                      std::to_string(bytes) + " bytes, limit " + std::to_string(at_most.file_bytes), bytes, false});
  bool const own_id = d.id.size() == 32 && d.id.find_first_not_of("0123456789abcdef") == d.id.npos;
  if (d.licence.empty()) d.licence = spdx_tag(d.text);
  return to.take({std::move(repository), std::move(*path), std::string(source), std::move(d.text),
                  own_id ? std::move(d.id) : std::string(), std::move(row.language), std::move(d.licence), std::move(d.created),
                  d.stars, d.forks});
}

inline expected<void> read_lines(unit const& u, io::row_columns const& columns, limits const& at_most, receiver const& to) {
  auto const file = u.path.filename().string();
  std::int64_t number = 1;
  auto const broken = [&](char const* reason, std::string detail) {
    return to.refuse({u.repository, file + ":" + std::to_string(number), reason, std::move(detail), 0, true});
  };
  auto lines = io::line_reader::open(u.path, std::size_t(std::max<std::int64_t>(at_most.file_bytes * 8, 1 << 26)));
  if (!lines) return broken("unreadable", lines.error().message());
  static_assert(io::line_reader::padding >= simdjson::SIMDJSON_PADDING);
  io::source_row_parser parser(columns);
  auto const stem = io::shard_name(u.path);
  std::string_view line;
  for (;; ++number) {
    auto const more = lines->next(line);
    if (!more) {
      if (!lines->can_go_on()) return broken("broken_file", more.error().message());
      SNOWCODER_CHECK(broken("too_long_row", more.error().what));
      continue;
    }
    if (!*more) return {};
    if (trimmed(line).empty()) continue;
    if (auto row = parser.parse_padded(line, file))
      SNOWCODER_CHECK(offer_row(u, std::move(*row), "jsonl", stem, number, at_most, to));
    else
      SNOWCODER_CHECK(broken("broken_row", row.error().what));
  }
}

inline expected<void> read_columns([[maybe_unused]] unit const& u, [[maybe_unused]] io::row_columns const& columns,
                                   [[maybe_unused]] limits const& at_most, [[maybe_unused]] receiver const& to) {
  auto const file = u.path.filename().string();
  auto const broken = [&](std::string place, char const* reason, std::string detail) {
    return to.refuse({u.repository, std::move(place), reason, std::move(detail), 0, true});
  };
#ifdef SNOWCODER_PARQUET
  auto rows = io::parquet_rows::open(u.path, columns);
  if (!rows) return broken(file, "broken_file", rows.error().message());
  auto const stem = file.substr(0, file.find(".parquet"));
  for (;;) {
    io::source_row row;
    auto const number = rows->number();
    auto const more = rows->next(row);
    if (!more)
      SNOWCODER_CHECK(broken(file + ":" + std::to_string(number), "broken_file", more.error().message()));
    else if (!*more)
      return {};
    else
      SNOWCODER_CHECK(offer_row(u, std::move(row), "parquet", stem, rows->number() - 1, at_most, to));
  }
#else
  return broken(file, "no_parquet_support", "the program was built without Arrow C++ (its Parquet library)");
#endif
}

}  // namespace snowcoder::corpus::detail

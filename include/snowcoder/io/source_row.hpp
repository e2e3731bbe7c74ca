// SPDX-License-Identifier: Apache-2.0
// Rows of other people's code data sets, as JSON: The Stack, StarCoder, GitHub dumps, Dolma documents. What their columns are
// called is in io/row_columns.hpp.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/row_columns.hpp>
#include <snowcoder/record/document.hpp>

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::io {

/// A row as it says of itself; `language` is the declared name, whatever it is.
struct source_row {
  document content;
  std::string language;
};

/// Bytes of a JSON text that stand outside of strings. A parser's memory grows with these, up to twelvefold; a row of source
/// has few of them.
inline std::size_t bytes_outside_strings(std::string_view json) {
  std::size_t count = 0;
  for (std::size_t at = 0;; ++at) {
    auto const opens = json.find('"', at);
    if (opens == json.npos) return count + (json.size() - at);
    count += opens - at;
    for (auto from = opens + 1;; from = at + 1) {
      at = json.find('"', from);
      if (at == json.npos) return count;
      auto escapes = at;
      while (escapes > from && json[escapes - 1] == '\\') --escapes;
      if ((at - escapes) % 2 == 0) break;
    }
  }
}

/// Parses rows; keep one per thread, it owns the parser's memory.
class source_row_parser {
 public:
  /// Rows longer than `long_row` are looked at before they are parsed.
  static constexpr std::size_t long_row = std::size_t(8) << 20, most_outside_strings = std::size_t(4) << 20;

  explicit source_row_parser(row_columns columns = {}) : columns_(std::move(columns)) {
    for (std::size_t f = 0; f < row_fields; ++f)
      for (auto const& name : columns_.names(row_field(f)))
        if (name.find('.') != name.npos) nested_.emplace_back(row_field(f), pointer(name));
  }

  /// Any text.
  expected<source_row> parse(std::string_view line, std::string const& where) {
    simdjson::padded_string const padded(line);
    return parse_padded(padded, where);
  }
  /// A text behind which line_reader::padding more bytes may be read, whatever they are (io/compressed.hpp): spares a copy.
  expected<source_row> parse_padded(std::string_view line, std::string const& where) {
    if (line.size() > long_row && bytes_outside_strings(line) > most_outside_strings)
      return failure("a long row with over " + std::to_string(most_outside_strings) + " bytes outside of its strings", where);
    element row;
    if (auto const e = parser_.parse(line.data(), line.size(), false).get(row))
      return failure(std::string("not a JSON row: ") + simdjson::error_message(e), where);
    if (!row.is_object()) return failure("not a JSON object", where);
    found_.fill({});
    collect(row, true);
    element meta;
    if (!row["metadata"].get(meta) && meta.is_object()) collect(meta, false);
    for (auto const& [field, at] : nested_)
      if (element value; !row.at_pointer(at).get(value) && suits(field, value)) found_[std::size_t(field)] = {0, value};
    source_row r;
    auto& d = r.content;
    if (!text(row_field::text, d.text)) {
      std::string names;
      for (auto const& name : columns_.names(row_field::text)) (names += names.empty() ? "" : ", ") += name;
      return failure("no text in a field " + names, where);
    }
    text(row_field::id, d.id);
    text(row_field::created, d.created);
    text(row_field::repository, d.repository);
    text(row_field::path, d.path);
    text(row_field::language, r.language);
    text(row_field::licence, d.licence);
    d.stars = number(row_field::stars);
    d.forks = number(row_field::forks);
    return r;
  }

 private:
  using element = simdjson::dom::element;
  struct found {
    std::size_t rank = std::numeric_limits<std::size_t>::max();
    element value;
  };

  static std::string pointer(std::string const& dotted) {
    std::string out = "/";
    for (char c : dotted) out += c == '.' ? std::string("/") : c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }
  /// Can `value` be what `field` asks for? A column that cannot (null, say) leaves the field to the next name.
  static bool suits(row_field field, element value) {
    switch (field) {
      case row_field::stars:
      case row_field::forks:
        return value.is_number();
      case row_field::licence: {  // a text, or a list that begins with one
        std::string_view first;
        return value.is_string() || (value.is_array() && !value.at(0).get(first));
      }
      default:
        return value.is_string();
    }
  }
  /// What `side` says replaces what was found before, where `side` is not the row itself but its metadata.
  void collect(element side, bool is_row) {
    std::array<found, row_fields> here{};
    for (auto const entry : simdjson::dom::object(side))
      columns_.for_each_field(entry.key, [&](row_field field, std::size_t rank) {
        if (!is_row && (field == row_field::text || field == row_field::id)) return;
        auto& f = here[std::size_t(field)];
        if (rank < f.rank && suits(field, entry.value)) f = {rank, entry.value};
      });
    for (std::size_t f = 0; f < row_fields; ++f)
      if (here[f].rank != found().rank) found_[f] = here[f];
  }
  bool text(row_field field, std::string& out) const {
    auto const& f = found_[std::size_t(field)];
    if (f.rank == found().rank) return false;
    std::string_view value;
    if (f.value.get(value) && f.value.at(0).get(value)) return false;
    out = value;
    return true;
  }
  std::optional<std::int64_t> number(row_field field) const {
    auto const& f = found_[std::size_t(field)];
    if (f.rank == found().rank) return {};
    if (std::int64_t whole = 0; !f.value.get(whole)) return whole;
    if (double real = 0; !f.value.get(real) && real > -1e15 && real < 1e15) return std::int64_t(real);
    return {};
  }

  row_columns columns_;
  std::vector<std::pair<row_field, std::string>> nested_;
  std::array<found, row_fields> found_{};
  simdjson::dom::parser parser_;
};

}  // namespace snowcoder::io

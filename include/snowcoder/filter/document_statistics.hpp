// SPDX-License-Identifier: Apache-2.0
// What a filter may ask of a document. Filters name the statistics they need; a chain measures their union once, and what
// nobody needs is not compiled into the loop.
//
// Definitions (they differ between published tools, and with them the files that a threshold keeps): a character is a
// Unicode code point; a line ends at "\n", "\r\n" or "\r", which belong to no line; a final line end begins no further line.
#pragma once

#include <snowcoder/filter/encoded_run.hpp>
#include <snowcoder/filter/unicode_letter.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter {

enum class statistic : std::uint32_t { lines = 1, letters = 2, alphanumerics = 4, encoded = 8, encoded_corrected = 16 };

struct statistic_set {
  std::uint32_t bits = 0;
  constexpr statistic_set() = default;
  template <class... S>
  constexpr explicit statistic_set(statistic first, S... more)
      : bits((static_cast<std::uint32_t>(first) | ... | static_cast<std::uint32_t>(more))) {}
  constexpr bool has(statistic s) const { return (bits & static_cast<std::uint32_t>(s)) != 0; }
  friend constexpr statistic_set operator|(statistic_set a, statistic_set b) {
    a.bits |= b.bits;
    return a;
  }
};

/// One document under examination: its text, what is known of it, and the counts that were asked for (others are 0).
struct document_statistics {
  std::string_view text;
  std::string_view language;  ///< as data sets write it: "C++", "HTML"; empty: unknown
  std::string_view path;      ///< may be empty
  std::uint64_t characters = 0;
  std::uint64_t lines = 0, line_characters = 0, longest_line = 0;
  std::uint64_t letters = 0, alphanumerics = 0;
  encoded_runs base64, hex, unicode_escapes;  ///< as published
  encoded_runs base64_corrected, hex_corrected;
};

/// Measures what `Needs` names; `characters` always.
template <statistic_set Needs>
constexpr document_statistics measure(std::string_view text, std::string_view language = {}, std::string_view path = {}) {
  document_statistics s;
  s.text = text;
  s.language = language;
  s.path = path;
  std::uint64_t line = 0;
  bool open = false;  // does the current line hold anything, or has one just begun?
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    auto c = code_point{lead, 1, true};
    if (lead >= 0x80) c = first_code_point(text.substr(i));
    i += std::size_t(c.bytes);
    ++s.characters;
    if constexpr (Needs.has(statistic::letters)) s.letters += c.valid && is_letter(c.value);
    if constexpr (Needs.has(statistic::alphanumerics)) s.alphanumerics += c.valid && is_alphanumeric(c.value);
    if constexpr (Needs.has(statistic::lines)) {
      if (c.value == '\r' && i < text.size() && text[i] == '\n') continue;  // the '\n' ends the line
      open = c.value != '\n' && c.value != '\r';
      if (open) {
        ++line;
        continue;
      }
      ++s.lines;
      s.line_characters += line;
      s.longest_line = std::max(s.longest_line, line);
      line = 0;
    }
  }
  if constexpr (Needs.has(statistic::lines)) {
    s.lines += open;
    s.line_characters += line;
    s.longest_line = std::max(s.longest_line, line);
  }
  if constexpr (Needs.has(statistic::encoded)) {
    s.base64 = base64_runs<encoded_form::published>(text);
    s.hex = hex_runs<encoded_form::published>(text);
  }
  if constexpr (Needs.has(statistic::encoded_corrected)) {
    s.base64_corrected = base64_runs<encoded_form::corrected>(text);
    s.hex_corrected = hex_runs<encoded_form::corrected>(text);
  }
  if constexpr (Needs.has(statistic::encoded) || Needs.has(statistic::encoded_corrected))
    s.unicode_escapes = unicode_escape_runs(text);
  return s;
}

}  // namespace snowcoder::filter

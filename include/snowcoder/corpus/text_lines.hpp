// SPDX-License-Identifier: Apache-2.0
// Parts of a path and of a text: the file's name, the first and the last lines, which is where files say what they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace snowcoder::corpus::detail {

constexpr std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

constexpr std::string_view without_leading_blanks(std::string_view line) {
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}
constexpr std::string_view trimmed(std::string_view line) {
  line = without_leading_blanks(line);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  return line;
}

constexpr std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

/// The first `count` lines, with their line ends.
constexpr std::string_view head_of(std::string_view text, int count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

/// The last `count` lines; a final line end begins no further line.
constexpr std::string_view tail_of(std::string_view text, int count) {
  auto begin = text.size();
  if (begin && text[begin - 1] == '\n') --begin;
  for (; count > 0 && begin > 0; --count) {
    begin = text.substr(0, begin).find_last_of('\n');
    if (begin == text.npos) return text;
  }
  return text.substr(std::min(begin + 1, text.size()));
}

/// Calls visit(line) until it returns true; says whether it did.
constexpr bool any_line_of(std::string_view text, auto&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size());
    if (visit(text.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

static_assert(head_of("a\nb\nc", 2) == "a\nb\n" && tail_of("a\nb\nc\n", 2) == "b\nc\n" && tail_of("a\n", 5) == "a\n");

}  // namespace snowcoder::corpus::detail

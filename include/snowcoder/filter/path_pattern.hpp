// SPDX-License-Identifier: Apache-2.0
// Patterns for paths, and whether one of many is found in a path: each position is asked only for the patterns that begin with
// the byte that stands there.
//
//   /x        x at the start of a folder or file name        ^x   x at the start of the path        x   x anywhere
//   *         any bytes                                      %    any bytes but "."                 :   any bytes but "." and
//   "/" #         digits, at least one                           @    letters, digits, "_", at least one [xy]      one of the
//   bytes                               {a,b}  one of the texts, which may be empty $         the end of the path
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter::detail {

constexpr bool fits(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    auto const p = pattern[0];
    if (p == '$') return text.empty();
    if (p == '*' || p == '%' || p == ':' || p == '#' || p == '@') {
      for (std::size_t n = 0;; ++n) {
        if ((n > 0 || (p != '#' && p != '@')) && fits(pattern.substr(1), text.substr(n))) return true;
        if (n == text.size()) return false;
        auto const c = text[n];
        if ((p == '#' && !is_ascii_digit(c)) || (p == '@' && !is_word_byte(c)) || ((p == '%' || p == ':') && c == '.') ||
            (p == ':' && c == '/'))
          return false;
      }
    }
    if (p == '{') {
      auto const close = pattern.find('}');
      auto const after = pattern.substr(close + 1);
      for (std::size_t begin = 1; begin <= close;) {
        auto const end = std::min(pattern.find(',', begin), close);
        auto const choice = pattern.substr(begin, end - begin);
        if (text.starts_with(choice) && fits(after, text.substr(choice.size()))) return true;
        begin = end + 1;
      }
      return false;
    }
    if (text.empty()) return false;
    if (p == '[') {
      auto const close = pattern.find(']');
      if (pattern.substr(1, close - 1).find(text[0]) == pattern.npos) return false;
      pattern.remove_prefix(close + 1);
    } else {
      if (text[0] != p) return false;
      pattern.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return true;
}

/// `Set::patterns`: the patterns as one text with blanks between them.
template <class Set>
struct path_patterns {
  struct entry {
    std::string_view pattern;  ///< without the mark of its place
    char place = 0;            ///< '/', '^' or 0
  };
  static consteval std::size_t count() { return std::size_t(std::count(Set::patterns.begin(), Set::patterns.end(), ' ')) + 1; }
  std::array<entry, count()> entries{};
  std::array<std::array<std::uint64_t, (count() + 63) / 64>, 256> beginning{};  ///< by first byte: which entries

  consteval path_patterns() {
    std::size_t n = 0;
    for (std::size_t begin = 0; begin < Set::patterns.size(); ++n) {
      auto const end = std::min(Set::patterns.find(' ', begin), Set::patterns.size());
      auto pattern = Set::patterns.substr(begin, end - begin);
      begin = end + 1;
      entries[n].place = pattern[0] == '/' || pattern[0] == '^' ? pattern[0] : char(0);
      if (entries[n].place) pattern.remove_prefix(1);
      entries[n].pattern = pattern;
      auto const bit = std::uint64_t(1) << n % 64;
      if (pattern[0] == '[') {
        for (std::size_t i = 1; pattern[i] != ']'; ++i) beginning[static_cast<unsigned char>(pattern[i])][n / 64] |= bit;
      } else if (pattern[0] == '{') {
        for (std::size_t i = 0; pattern[i] != '}'; ++i)
          if (pattern[i] == '{' || pattern[i] == ',') beginning[static_cast<unsigned char>(pattern[i + 1])][n / 64] |= bit;
      } else {
        beginning[static_cast<unsigned char>(pattern[0])][n / 64] |= bit;
      }
    }
  }

  constexpr bool found_in(std::string_view path) const {
    for (std::size_t at = 0; at < path.size(); ++at) {
      auto const& words = beginning[static_cast<unsigned char>(path[at])];
      bool const starts_name = at == 0 || path[at - 1] == '/';
      for (std::size_t w = 0; w < words.size(); ++w)
        for (auto left = words[w]; left; left &= left - 1) {
          auto const& e = entries[w * 64 + std::size_t(std::countr_zero(left))];
          if (e.place == '/' ? !starts_name : e.place == '^' ? at != 0 : false) continue;
          if (fits(e.pattern, path.substr(at))) return true;
        }
    }
    return false;
  }
};

static_assert(fits("jquery%.js$", "jquery-ui.js") && !fits("jquery%.js$", "jquery.ui.js") &&
              fits("a#.{,debug.}js$", "a12.debug.js"));

}  // namespace snowcoder::filter::detail

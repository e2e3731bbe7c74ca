// SPDX-License-Identifier: Apache-2.0
// Does a licence ask for little more than a notice? Licences are named by SPDX expressions (SPDX 2.3, annex D), in tags, in
// columns of rows, in licence files; this is their one reader. A text that is no expression, or names what is not known
// here, is not permissive. Not legal advice.
//
//   is_permissive("MIT OR Apache-2.0")   is_permissive("(MIT AND Zlib) OR GPL-2.0+")   !is_permissive("MIT AND GPL-2.0")
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/dedup/rank.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace snowcoder::dedup {

namespace detail {

/// Takes the next word off `rest`: a parenthesis, the '/' that Cargo and others wrote for OR, or all up to one of them or to
/// white space. Empty at the end.
constexpr std::string_view next_word(std::string_view& rest) {
  constexpr std::string_view gaps = " \t\r\n", marks = "()/";
  rest.remove_prefix(std::min(rest.find_first_not_of(gaps), rest.size()));
  std::size_t end = 0;
  while (end < rest.size() && gaps.find(rest[end]) == gaps.npos && marks.find(rest[end]) == marks.npos) ++end;
  auto const word = rest.substr(0, std::max(end, std::size_t(!rest.empty())));
  rest.remove_prefix(word.size());
  return word;
}

constexpr bool is_mark(std::string_view word) { return word == "(" || word == ")" || word == "/"; }
constexpr bool means_or(std::string_view word) { return word == "/" || equals_ignoring_case(word, "or"); }
constexpr bool means_and(std::string_view word) { return equals_ignoring_case(word, "and"); }
constexpr bool means_with(std::string_view word) { return equals_ignoring_case(word, "with"); }
constexpr bool is_name(std::string_view word) {
  return !word.empty() && !is_mark(word) && !means_or(word) && !means_and(word) && !means_with(word);
}

/// A single licence, in any case; with '+', it or a later version of it.
constexpr bool names_permissive(std::string_view licence) {
  constexpr std::array<std::string_view, 16> known{"mit",       "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc",   "0bsd",
                                                   "unlicense", "cc0-1.0",    "zlib",         "bsl-1.0",      "mit-0", "wtfpl",
                                                   "ncsa",      "psf-2.0",    "python-2.0",   "postgresql"};
  if (licence.ends_with('+')) licence.remove_suffix(1);
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) { return equals_ignoring_case(licence, k); });
}

/// SPDX's exceptions only add permissions. What takes some away under that name is on no list (the Commons Clause: no sale),
/// and what words of one's own say, nobody has read.
constexpr bool takes_permission_away(std::string_view exception) {
  for (std::string_view part : {"commons-clause", "licenseref-", "additionref-"})
    if (find_ignoring_case(exception, part) != exception.npos) return true;
  return false;
}

}  // namespace detail

/// OR is a choice: one permissive side is enough. AND asks for all, and binds closer. WITH leaves what the licence before it
/// is, unless the exception takes permission away.
inline bool is_permissive(std::string_view expression) {
  struct level {
    bool any = false;  // of the sides of OR that are read
    bool all = true;   // of the licences of the side that is being read
    bool permissive() const { return any || all; }
  };
  std::vector<level> open(1);  // one for every open parenthesis: nothing is recursive, rows come from outside
  bool licence_is_next = true;
  for (std::string_view word; !(word = detail::next_word(expression)).empty();) {
    if (licence_is_next) {
      if (word == "(") {
        open.emplace_back();
        continue;
      }
      if (!detail::is_name(word)) return false;
      open.back().all &= detail::names_permissive(word);
      licence_is_next = false;
    } else if (word == ")") {
      if (open.size() == 1) return false;
      bool const inside = open.back().permissive();
      open.pop_back();
      open.back().all &= inside;
    } else if (detail::means_with(word)) {
      auto const exception = detail::next_word(expression);
      if (!detail::is_name(exception)) return false;
      open.back().all &= !detail::takes_permission_away(exception);
    } else {
      if (!detail::means_or(word) && !detail::means_and(word)) return false;
      if (detail::means_or(word)) open.back() = {open.back().permissive(), true};
      licence_is_next = true;
    }
  }
  return open.size() == 1 && !licence_is_next && open.back().permissive();
}

/// What counts of a licence where copies are ranked.
inline licence_kind licence_kind_of(std::string_view expression) {
  using enum licence_kind;
  return is_permissive(expression) ? permissive : expression.empty() ? none : other;
}

}  // namespace snowcoder::dedup

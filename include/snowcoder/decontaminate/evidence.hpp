// SPDX-License-Identifier: Apache-2.0
// What of a benchmark text is evidence of a copy. A text as a whole needs a length; a run of words needs more, for ten words
// are soon alike:
//
//   - lines that only import are left out: their words are in every program;
//   - the different words of a run, without numbers and words that count (numbers, weekdays, months, one-letter names), must
//     have some length together: loops over i and j, tables of days in a month and "one, two, three" have none;
//   - a run that many tasks of one benchmark share tells none of them ("Write a function to find the ...").
#pragma once

#include <snowcoder/core/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::decontaminate {

/// The text without lines that only import: their words are in every program.
inline std::string without_imports(std::string_view text) {
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    auto const line = text.substr(begin, end - begin);
    auto const first = std::min(line.find_first_not_of(" \t"), line.size());
    auto const rest = line.substr(first);
    if (!rest.starts_with("import ") && !(rest.starts_with("from ") && rest.find(" import ") != rest.npos)) out += line;
    begin = end;
  }
  return out;
}

namespace detail {
/// Words that stand in rows which every program may have.
constexpr bool counts(std::string_view word) {
  constexpr std::array<std::string_view, 39> names{
      "zero",     "one",       "two",     "three",    "four",     "five",   "six",     "seven",     "eight",    "nine",
      "ten",      "eleven",    "twelve",  "january",  "february", "march",  "april",   "may",       "june",     "july",
      "august",   "september", "october", "november", "december", "monday", "tuesday", "wednesday", "thursday", "friday",
      "saturday", "sunday",    "first",   "second",   "third",    "fourth", "fifth",   "true",      "false"};
  return word.size() < 2 || is_ascii_digit(word[0]) || std::find(names.begin(), names.end(), word) != names.end();
}
}  // namespace detail

/// The characters of a run's different words that do not count. A run has a blank after every word.
inline std::size_t telling_characters(std::string_view run) {
  std::vector<std::string_view> words;
  std::size_t characters = 0;
  for (std::size_t begin = 0; begin < run.size();) {
    auto const word = run.substr(begin, run.find(' ', begin) - begin);
    begin += word.size() + 1;
    if (detail::counts(word) || std::find(words.begin(), words.end(), word) != words.end()) continue;
    characters += word.size();
    words.push_back(word);
  }
  return characters;
}

/// Calls visit(run, begin) for every run of `width` words of a joined text; a run has a blank after every word.
template <class Visit>
void for_each_run(std::string_view joined, std::size_t width, Visit&& visit) {
  std::vector<std::size_t> begins(width, 0);  // of the last words, in a ring
  std::size_t words = 0, begin = 0;
  for (std::size_t i = 0; i < joined.size(); ++i) {
    if (joined[i] != ' ') continue;
    begins[words++ % width] = begin;
    begin = i + 1;
    if (words >= width) {
      auto const from = begins[words % width];
      visit(joined.substr(from, begin - from), from);
    }
  }
}

}  // namespace snowcoder::decontaminate

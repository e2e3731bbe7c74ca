// SPDX-License-Identifier: Apache-2.0
// Lists of words by language, written as one string each, sorted by the compiler into a table that is searched by halves.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/ascii.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::corpus {

/// Words with blanks between them.
struct language_words {
  config::language language;
  std::string_view words;
};

struct language_word {
  std::string_view word;
  config::language language;
};

namespace detail {

constexpr void each_word(std::string_view words, auto&& visit) {
  for (std::size_t begin = 0; begin < words.size();) {
    auto const end = std::min(words.find(' ', begin), words.size());
    if (end > begin) visit(words.substr(begin, end - begin));
    begin = end + 1;
  }
}

consteval std::size_t count_words(auto const& lists) {
  std::size_t n = 0;
  for (auto const& list : lists) each_word(list.words, [&](std::string_view) { ++n; });
  return n;
}

/// A word that stands in several lists belongs to the first.
template <std::size_t Count>
consteval std::array<language_word, Count> sorted_words(auto const& lists) {
  std::array<language_word, Count> table{};
  std::size_t n = 0;
  for (auto const& list : lists) each_word(list.words, [&](std::string_view word) { table[n++] = {word, list.language}; });
  std::sort(table.begin(), table.end(), [](auto const& a, auto const& b) { return a.word < b.word; });
  return table;
}

constexpr std::optional<config::language> find_word(auto const& table, std::string_view word) {
  auto const at =
      std::lower_bound(table.begin(), table.end(), word, [](auto const& entry, std::string_view w) { return entry.word < w; });
  if (at == table.end() || at->word != word) return {};
  return at->language;
}

consteval bool words_differ(auto const& table) {
  return std::adjacent_find(table.begin(), table.end(), [](auto const& a, auto const& b) { return a.word == b.word; }) ==
         table.end();
}

/// A short text in small letters, kept where it stands: names and modes need no memory of their own.
template <std::size_t Most>
struct small_letters {
  std::array<char, Most> bytes{};
  std::size_t size = 0;
  constexpr explicit small_letters(std::string_view text, char blank = ' ') : size(text.size() > Most ? 0 : text.size()) {
    for (std::size_t i = 0; i < size; ++i) bytes[i] = text[i] == ' ' ? blank : to_lower(text[i]);
  }
  constexpr std::string_view view() const { return {bytes.data(), size}; }
};

}  // namespace detail

}  // namespace snowcoder::corpus

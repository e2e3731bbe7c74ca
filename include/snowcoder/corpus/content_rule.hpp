// SPDX-License-Identifier: Apache-2.0
// A small language for evidence: which words at which place of a line speak for which language. One walk over the lines of
// code asks all rules of an extension; of those that found evidence the first in the list decides.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/words.hpp>
#include <snowcoder/corpus/code_lines.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace snowcoder::corpus::detail {

enum class stands : std::uint8_t {
  first,     ///< at the start of a line of code, behind its indentation
  anywhere,  ///< on a line of code
  opens      ///< at the start of the text, behind white space
};

enum class followed_by : std::uint8_t { anything, no_letter, name };

struct mark {
  stands where;
  std::string_view words;
  followed_by next = followed_by::anything;
  std::string_view then = {};     ///< must stand further on in the line
  std::string_view without = {};  ///< must not stand further on in the line
};

/// Words behind which nothing of a name may follow: "class" is not "classic".
consteval mark word(std::string_view words) { return {stands::first, words, followed_by::no_letter}; }
/// Words, blanks, a name: "class Reader", not "class = 1".
consteval mark before_name(std::string_view words) { return {stands::first, words, followed_by::name}; }
consteval mark begins(std::string_view words) { return {stands::first, words}; }
consteval mark within(std::string_view words) { return {stands::anywhere, words}; }
consteval mark opening(std::string_view words) { return {stands::opens, words}; }

struct content_rule {
  config::language language;
  std::span<mark const> marks;
};

constexpr bool follows(std::string_view rest, mark const& m) {
  if (m.next == followed_by::no_letter && !rest.empty() && is_word_byte(rest[0])) return false;
  if (m.next == followed_by::name) {
    if (rest.empty() || !is_blank(rest[0])) return false;
    rest = without_leading_blanks(rest);
    if (rest.empty() || !is_word_byte(rest[0]) || is_ascii_digit(rest[0])) return false;
  }
  return (m.then.empty() || rest.find(m.then) != rest.npos) && (m.without.empty() || rest.find(m.without) == rest.npos);
}

constexpr bool is_on(std::string_view line, mark const& m) {
  if (m.where == stands::first) return line.starts_with(m.words) && follows(line.substr(m.words.size()), m);
  if (m.where == stands::opens) return false;
  for (auto at = line.find(m.words); at != line.npos; at = line.find(m.words, at + 1))
    if (follows(line.substr(at + m.words.size()), m)) return true;
  return false;
}

/// Bytes with which a mark of any rule can begin a line.
constexpr std::array<bool, 256> first_bytes(std::span<content_rule const> rules) {
  std::array<bool, 256> known{};
  for (auto const& r : rules)
    for (auto const& m : r.marks) known[static_cast<unsigned char>(m.words[0])] |= m.where == stands::first;
  return known;
}
constexpr bool has_marks_within(std::span<content_rule const> rules) {
  for (auto const& r : rules)
    for (auto const& m : r.marks)
      if (m.where == stands::anywhere) return true;
  return false;
}

/// The first rule of which a mark is found; nothing without evidence.
template <comments Kept>
constexpr std::optional<config::language> by_rules(std::string_view text, std::span<content_rule const> rules,
                                                   std::array<bool, 256> const& first, bool look_within) {
  auto const begin = text.find_first_not_of(" \t\r\n");
  auto const opening_text = begin == text.npos ? std::string_view() : text.substr(begin, 64);
  auto best = rules.size();
  for (std::size_t r = 0; r < best; ++r)
    for (auto const& m : rules[r].marks)
      if (m.where == stands::opens && opening_text.starts_with(m.words)) best = r < best ? r : best;
  if (best > 0)
    any_code_line<Kept>(text, [&](std::string_view line) {
      bool const starts = first[static_cast<unsigned char>(line[0])];
      if (!starts && !look_within) return false;
      for (std::size_t r = 0; r < best; ++r)
        for (auto const& m : rules[r].marks)
          if ((m.where == stands::anywhere || (starts && m.words[0] == line[0])) && is_on(line, m)) {
            best = r;
            break;
          }
      return best == 0;
    });
  if (best == rules.size()) return {};
  return rules[best].language;
}

}  // namespace snowcoder::corpus::detail

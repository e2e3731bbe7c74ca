// SPDX-License-Identifier: Apache-2.0
// Does one of several phrases stand in the first lines of a text? Every phrase holds one of a few four-byte anchors (compared
// in any case), so 64 bytes of text are asked for the anchors only, and phrases are compared where one stands: one walk,
// whatever the number of phrases.
//
// A set of phrases is a type:
//   phrases   array of placed_phrase
//   anchors   array of string views, four bytes of a phrase each, in lower case
//   any_case  are letters compared in any case?
//   bytes     only so many bytes at the start of the text count
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/byte_block.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace snowcoder::filter {

/// A phrase that counts where it ends within the first `lines` lines.
struct placed_phrase {
  int lines;
  std::string_view text;
};

namespace detail {

/// The first `count` lines of a text.
constexpr std::string_view first_lines(std::string_view text, int count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(0, end);
}

template <class Set>
constexpr int most_lines() {
  int most = 0;
  for (auto const& p : Set::phrases) most = std::max(most, p.lines);
  return most;
}

/// The rule in plain loops.
template <class Set>
constexpr bool plain_holds_phrase(std::string_view text) {
  auto const head = first_lines(text, most_lines<Set>()).substr(0, Set::bytes);
  for (auto const& p : Set::phrases) {
    auto const lines = first_lines(head, p.lines);
    if ((Set::any_case ? find_ignoring_case(lines, p.text) : lines.find(p.text)) != lines.npos) return true;
  }
  return false;
}

/// Which phrases an anchor stands for, and where in them it stands.
template <class Set>
struct anchored {
  static constexpr auto count = Set::phrases.size();
  std::array<std::size_t, count> anchor{}, offset{};

  static constexpr char lower(char c) { return char(c | 32); }  // as the block does
  consteval anchored() {
    for (std::size_t p = 0; p < count; ++p) {
      auto const text = Set::phrases[p].text;
      bool found = false;
      for (std::size_t a = 0; a < Set::anchors.size() && !found; ++a)
        for (std::size_t at = 0; at + 4 <= text.size() && !found; ++at) {
          found = true;
          for (std::size_t i = 0; i < 4; ++i) found = found && lower(text[at + i]) == lower(Set::anchors[a][i]);
          anchor[p] = a;
          offset[p] = at;
        }
      if (!found) throw "a phrase holds none of the anchors";
    }
  }
};

#if defined(SNOWCODER_BYTE_BLOCKS)
template <class Set>
bool phrase_at(std::string_view head, std::size_t anchor, std::size_t at) {
  static constexpr anchored<Set> table;
  for (std::size_t i = 0; i < table.count; ++i) {
    auto const& p = Set::phrases[i];
    if (table.anchor[i] != anchor || table.offset[i] > at) continue;
    auto const begin = at - table.offset[i];
    auto const found = head.substr(begin, p.text.size());
    if (Set::any_case ? !equals_ignoring_case(found, p.text) : found != p.text) continue;
    auto const before = head.substr(0, begin + p.text.size() - 1);  // the line end that ends the last line belongs to it
    if (std::count(before.begin(), before.end(), '\n') < p.lines) return true;
  }
  return false;
}

template <class Set>
bool holds_phrase_in_blocks(std::string_view text) {
  bool held = false;
  int lines = 0;
  auto const head = text.substr(0, Set::bytes);
  each_block(head, [&](char const* p, std::size_t base, std::uint64_t) {
    byte_block const b[4] = {byte_block::load(p).lower(), byte_block::load(p + 1).lower(), byte_block::load(p + 2).lower(),
                             byte_block::load(p + 3).lower()};
    for (std::size_t a = 0; a < Set::anchors.size(); ++a) {
      auto stands = ~std::uint64_t(0);
      for (std::size_t i = 0; i < 4; ++i) stands &= b[i].equal(static_cast<unsigned char>(Set::anchors[a][i]));
      for (; stands && !held; stands &= stands - 1)
        held = phrase_at<Set>(head, a, base + std::size_t(std::countr_zero(stands)));
    }
    lines += std::popcount(byte_block::load(p).equal('\n'));
    return !held && lines < most_lines<Set>();
  });
  return held;
}
#endif

template <class Set>
constexpr bool holds_phrase(std::string_view text) {
#if defined(SNOWCODER_BYTE_BLOCKS)
  if (!std::is_constant_evaluated()) return holds_phrase_in_blocks<Set>(text);
#endif
  return plain_holds_phrase<Set>(text);
}

}  // namespace detail

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// Where pieces begin in 64 bytes of which the first begins a piece, by bit arithmetic from the description. Nothing is
// carried from block to block: a matcher forgets all that lies before a piece, so the next block begins at the last start
// that is certain. Twins: detail/match_rules.hpp, detail/match_cuts.hpp.
//
// The bit of a start depends on bytes up to the one after it, but for white space, whose pieces depend on what ends the
// run, and contractions, on two more bytes.
#pragma once

#include <snowcoder/tokenize/detail/byte_masks.hpp>
#include <snowcoder/tokenize/detail/match_rules.hpp>
#include <snowcoder/tokenize/split_rules.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::tokenize::detail {

/// Bits 0 to count - 1; count is at least 1 and at most 64.
constexpr std::uint64_t lowest(std::size_t count) { return ~std::uint64_t(0) >> (64 - count); }

/// Number of bits up to the highest that is set.
constexpr std::size_t bit_length(std::uint64_t mask) { return std::size_t(64 - std::countl_zero(mask)); }

/// The certain starts among the first `size` of the bytes, all ASCII; bit 0 is left out.
template <class S>
requires requires { S::rules; }
std::uint64_t piece_starts(byte_masks const& m, char const* text, std::size_t size) {
  constexpr split_rules rules = S::rules;
  auto const known = lowest(size);
  std::uint64_t symbol = ~(m.letter | m.digit | m.white) & known;

  // Line ends, and perhaps slashes, behind symbols belong to their piece.
  std::uint64_t tail = 0;
  if constexpr (!rules.after_symbols.empty()) {
    auto const tail_first = (symbol << 1) & m.line_end;
    auto const may_follow = rules.after_symbols.find('/') != std::string_view::npos ? m.line_end | m.slash : m.line_end;
    tail = (may_follow & ~(may_follow + tail_first)) | tail_first;
    symbol &= ~tail;
  }

  // White space: its first; its last where something follows that it may lead; what follows its last line end.
  auto const white = m.white & ~tail;
  auto const not_last = rules.digits_first ? white | m.digit : white;
  std::uint64_t starts = white & ~(white << 1);
  if constexpr (rules.newlines_end_white) {
    auto const blank = white & ~m.line_end;  // runs of it between line ends and other characters
    auto const blank_first = blank & ~(blank << 1);
    auto after_line_end = blank & ((m.line_end & white) << 1);
    for (auto again = (blank + blank_first) & ~blank & m.line_end & known; again; again &= again - 1) {
      auto const run_begins = bit_length(blank_first & ((again & -again) - 1)) - 1;  // a later line end takes this run too
      after_line_end &= ~(std::uint64_t(1) << run_begins);
    }
    starts |= after_line_end | (blank & ~(not_last >> 1));
  } else {
    starts |= white & ~(not_last >> 1);
  }

  // Symbols, led by a space. Words, led by a space or by any character that is a piece of its own.
  auto const symbol_first = symbol & ~(symbol << 1) & ~(m.space << 1);
  starts |= symbol_first;
  std::uint64_t led = m.space << 1;
  if constexpr (rules.lead == word_lead::any_but_newline) led = ((white & ~m.line_end) | symbol_first) << 1;
  auto const letter_first = m.letter & ~(m.letter << 1);
  starts |= letter_first & ~led;
  if constexpr (rules.case_ends_word) starts |= m.capital & ((m.letter & ~m.capital) << 1);

  // Digits.
  if constexpr (rules.digits_first) {
    starts |= m.digit | ((m.digit << 1) & ~m.digit);
  } else if constexpr (rules.digits == 0) {
    starts |= m.digit & ~(m.digit << 1) & ~(m.space << 1);
  } else if constexpr (rules.digits == 1) {
    starts |= m.digit;
  } else {
    auto within = m.digit;  // digits with as many digits right before them
    for (int i = 0; i < rules.digits; ++i) within &= m.digit << (i + 1);
    for (auto group = m.digit & ~(m.digit << 1); group; group = (group << rules.digits) & within) starts |= group;
  }

  // Contractions. An apostrophe may begin one where no symbol and no space has it, or, in a word, right behind a letter.
  auto certain = size;
  if constexpr (rules.contractions != contraction::none) {
    constexpr bool in_word = rules.contractions == contraction::in_word_any_case;
    auto candidates = m.apostrophe & known & (in_word ? m.letter << 1 : symbol_first);
    if (candidates & (m.letter >> 1 | std::uint64_t(1) << (size - 1))) [[unlikely]] {
      std::size_t taken_to = 0;
      for (; candidates; candidates &= candidates - 1) {
        auto const at = std::size_t(std::countr_zero(candidates));
        if (at + 2 >= size) {
          certain = at ? at : 1;
          break;
        }
        if (in_word && at == taken_to) continue;  // behind a contraction no word stands: 's's
        auto const length = contraction_length({text + at, size - at}, rules.contractions != contraction::apart);
        if (!length) continue;
        taken_to = at + length;
        starts &= ~(lowest(taken_to) & ~lowest(at + 1));
        if constexpr (in_word) starts &= ~(std::uint64_t(1) << at);
        if (taken_to < 64) starts |= std::uint64_t(1) << taken_to;
      }
    }
  }

  // White space that reaches the end of the known bytes is not known but for its first.
  auto const white_from = bit_length(~white & known);
  if (white_from + 1 < certain) certain = white_from + 1;
  return starts & lowest(certain) & ~std::uint64_t(1);
}

/// The same for a list of cuts. Classes are cut out of ASCII that do not overlap there, so that their order is immaterial.
template <class S>
requires requires { S::cuts; }
std::uint64_t piece_starts(byte_masks const& m, char const*, std::size_t size) {
  auto const known = lowest(size);
  std::uint64_t starts = 0, cut_out = 0, leads = 0;
  auto const take = [&](cut c) {
    auto const taken = c.of == cut::line_end              ? m.line_end
                       : c.of == split_class::letter      ? m.letter
                       : c.of == split_class::digit       ? m.digit
                       : c.of == split_class::punctuation ? m.punctuation
                                                          : 0;
    cut_out |= taken;
    starts |= c.each ? taken : taken & ~(taken << 1);
    if (c.lead) leads |= m.white & (taken & known) >> 1;
  };
  for (auto const& c : S::cuts) take(c);
  leads &= ~cut_out;
  starts = (starts & ~(leads << 1)) | leads | (~cut_out & ~leads & (cut_out << 1));
  auto const white_from = bit_length(~m.white & known);
  return white_from ? starts & lowest(white_from) & ~std::uint64_t(1) : 0;
}

}  // namespace snowcoder::tokenize::detail

// SPDX-License-Identifier: Apache-2.0
// The readable reading of `split_rules`: code point by code point, alternatives in order, backtracking as the regular
// expression does. The oracle of detail/piece_starts.hpp, and what reads all text that is not ASCII. Linear: what an
// alternative reads in vain, the next one takes.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/tokenize/split_class.hpp>
#include <snowcoder/tokenize/split_rules.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::tokenize::detail {

/// Length of the contraction that `text` begins with, else 0. In any case, 's is also taken with the long s.
inline std::size_t contraction_length(std::string_view text, bool any_case) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  auto const small = [&](std::size_t i) { return any_case ? to_lower(text[i]) : text[i]; };
  char const first = small(1);
  if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
  if (text.size() < 3) return 0;
  char const second = small(2);
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l')) return 3;
  return any_case && text.substr(1, 2) == "\xc5\xbf" ? 3 : 0;
}

/// `S::rules` is the description.
template <class S>
class rule_matcher {
 public:
  explicit rule_matcher(std::uint8_t const* classes) : classes_(classes) {}

  /// Hands out the first piece of `text`, which is not empty and begins where a piece begins; returns its length.
  std::size_t match(std::string_view text, auto&& emit) {
    text_ = text;
    auto const length = first_piece();
    emit(text.substr(0, length));
    return length;
  }

 private:
  static constexpr split_rules rules = S::rules;
  static constexpr bool cased = rules.case_ends_word;
  static constexpr bool fold = rules.contractions != contraction::apart;

  /// The character at `at`; where digits are cut out first, the text ends before them.
  character look(std::size_t at) const {
    auto const c = character_at(text_, at, classes_);
    if constexpr (rules.digits_first)
      if (c.is(split_class::digit)) return {};
    return c;
  }

  /// End of the longest run from `at` of characters with any of `bits`.
  std::size_t run(std::size_t at, unsigned bits) const {
    for (character c; (c = look(at)).is(bits);) at += c.bytes;
    return at;
  }

  std::size_t first_piece() const {
    if constexpr (rules.contractions == contraction::apart || rules.contractions == contraction::apart_any_case)
      if (auto const length = contraction_length(text_, fold)) return length;
    auto const first = look(0);
    if (first.ends()) return character_at(text_, 0, classes_).bytes;  // a digit that is cut out
    if (auto const end = word(first)) return end;
    bool const space = text_[0] == ' ';
    if (auto const end = number_run(first, space)) return end;
    if (auto const end = symbols(first, space)) return end;
    return white_space();
  }

  std::size_t word(character first) const {
    bool const may_lead = rules.lead == word_lead::space
                              ? text_[0] == ' '
                              : !first.is(split_class::letter | split_class::number) && text_[0] != '\r' && text_[0] != '\n';
    std::size_t const after_lead = may_lead ? first.bytes : 0;  // tried with the lead first, then without
    std::size_t end = 0;
    if constexpr (cased) {
      if (may_lead) end = word_with_tail(after_lead);
      if (!end) end = word_with_tail(0);
      if (!end && may_lead) end = word_with_head(after_lead);
      if (!end) end = word_with_head(0);
    } else {
      end = run(after_lead, split_class::letter);
      if (end == after_lead) end = run(0, split_class::letter);
    }
    if (end && rules.contractions == contraction::in_word_any_case) end += contraction_length(text_.substr(end), fold);
    return end;
  }

  /// Head* tail+: the head takes all it can and gives back until the tail has something.
  std::size_t word_with_tail(std::size_t at) const {
    std::size_t given_back = 0;  // end of the last character that may stand in head and tail
    for (character c; (c = look(at)).is(split_class::word_head);) {
      at += c.bytes;
      if (c.is(split_class::word_tail)) given_back = at;
    }
    auto const end = run(at, split_class::word_tail);
    return end > at ? end : given_back;
  }
  /// Head+ tail*.
  std::size_t word_with_head(std::size_t at) const {
    auto const end = run(at, split_class::word_head);
    return end > at ? run(end, split_class::word_tail) : 0;
  }

  std::size_t number_run(character first, bool space) const {
    if constexpr (rules.digits == 0) {
      auto const end = run(space ? 1 : 0, split_class::number);
      return end > (space ? 1 : 0) ? end : 0;
    } else {
      std::size_t end = 0;
      for (int n = 0; n < rules.digits && first.is(split_class::number); ++n, first = look(end)) end += first.bytes;
      return end;
    }
  }

  std::size_t symbols(character first, bool space) const {
    std::size_t end = space ? 1 : 0;
    if (space) first = look(1);
    if (!first.is_symbol()) return 0;
    for (; first.is_symbol(); first = look(end)) end += first.bytes;
    while (end < text_.size() && rules.after_symbols.find(text_[end]) != std::string_view::npos) ++end;
    return end;
  }

  /// All of it at the end of the text; else all but its last character, which may lead what follows.
  std::size_t white_space() const {
    std::size_t end = 0, last = 0, line_end = 0;
    for (character c; (c = look(end)).is(split_class::white);) {
      last = end;
      end += c.bytes;
      if (text_[last] == '\n' || text_[last] == '\r') line_end = end;
    }
    if (rules.newlines_end_white && line_end) return line_end;
    return look(end).ends() || last == 0 ? end : last;
  }

  std::uint8_t const* classes_;
  std::string_view text_;
};

}  // namespace snowcoder::tokenize::detail

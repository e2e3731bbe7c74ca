// SPDX-License-Identifier: Apache-2.0
// The readable reading of a list of cuts: each step runs inside the pieces of those before it. The oracle of
// detail/piece_starts.hpp, and what reads all text that is not ASCII.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/tokenize/split_class.hpp>
#include <snowcoder/tokenize/split_rules.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace snowcoder::tokenize::detail {

/// `S::cuts` is the description.
template <class S>
class cut_matcher {
 public:
  explicit cut_matcher(std::uint8_t const* classes) : classes_(classes) {}

  /// Hands out pieces of `text`, which is not empty and begins where a piece begins; returns their length. Stops at the
  /// first place after the first character where a cut is sure whatever is on both sides of it.
  std::size_t match(std::string_view text, auto&& emit) {
    std::size_t end = character_at(text, 0, classes_).bytes;
    while (end < text.size() && !always_cut(text[end - 1], text[end])) ++end;
    step<0>(text.substr(0, end), emit);
    return end;
  }

 private:
  static constexpr std::size_t steps = std::size(S::cuts);
  static constexpr bool cuts_out(unsigned of) {
    for (auto const& c : S::cuts)
      if (c.of == of) return true;
    return false;
  }

  static bool is_line_end(char c) { return c == '\r' || c == '\n'; }
  /// Beside a line end, beside a digit, and where a space follows a letter.
  static bool always_cut(char left, char right) {
    return (cuts_out(cut::line_end) && (is_line_end(left) || is_line_end(right))) ||
           (cuts_out(split_class::digit) && (is_ascii_digit(left) || is_ascii_digit(right))) ||
           (cuts_out(split_class::letter) && is_ascii_letter(left) && right == ' ');
  }

  template <std::size_t Step>
  void step(std::string_view text, auto&& emit) const {
    if constexpr (Step == steps) {
      emit(text);
    } else {
      std::size_t begin = 0, at = 0;
      while (at < text.size()) {
        auto const first = character_at(text, at, classes_);
        auto const end = taken<Step>(text, at, first);
        if (end == at) {
          at += first.bytes;
          continue;
        }
        if (begin < at) step<Step + 1>(text.substr(begin, at - begin), emit);
        step<Step + 1>(text.substr(at, end - at), emit);
        begin = at = end;
      }
      if (begin < text.size()) step<Step + 1>(text.substr(begin), emit);
    }
  }

  /// End of what the cut takes at `at`, where `first` stands; `at` where it takes nothing.
  template <std::size_t Step>
  std::size_t taken(std::string_view text, std::size_t at, character first) const {
    constexpr cut c = S::cuts[Step];
    if constexpr (c.of == cut::line_end) {
      return is_line_end(text[at]) ? at + 1 : at;
    } else if constexpr (c.each) {
      return first.is(c.of) ? at + first.bytes : at;
    } else {
      // A lead is not of the class itself: no class that is led holds white space.
      auto const lead = c.lead && first.is(split_class::white) ? first.bytes : 0;
      if (!lead && !first.is(c.of)) return at;
      auto end = at + lead;
      for (character k; (k = character_at(text, end, classes_)).is(c.of);) end += k.bytes;
      return end > at + lead ? end : at;
    }
  }

  std::uint8_t const* classes_;
};

}  // namespace snowcoder::tokenize::detail

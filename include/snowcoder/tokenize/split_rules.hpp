// SPDX-License-Identifier: Apache-2.0
// The small description that a splitter is generated from. Two forms cover the published byte-level tokenizers:
// `split_rules`, for the family of GPT-2's regular expression, and a list of `cut`s, for splitters that isolate one class
// of characters after the other. The matcher (detail/match_rules.hpp, detail/match_cuts.hpp) reads them code point by code
// point; the masks (detail/piece_starts.hpp) read them 64 bytes at a time.
#pragma once

#include <snowcoder/tokenize/detail/split_classes.hpp>

#include <string_view>

namespace snowcoder::tokenize {

/// What one character may stand before a word and belong to its piece.
enum class word_lead : unsigned char {
  space,           ///< ` ?\p{L}+`: "a bc" is "a" " bc"
  any_but_newline  ///< `[^\r\n\p{L}\p{N}]?\p{L}+`: "a\tb.c" is "a" "\tb" ".c"
};

/// What becomes of 's 't 're 've 'm 'll 'd.
enum class contraction : unsigned char {
  none,              ///< nothing special
  apart,             ///< a piece of their own, in small letters only: "it's" is "it" "'s"
  apart_any_case,    ///< the same in any case
  in_word_any_case,  ///< the end of the word before them, in any case: "IT'S" is one piece
};

/// An expression of GPT-2's family, whose alternatives are tried in this order:
/// contraction, word, number, symbols, white space. The defaults are GPT-2's.
struct split_rules {
  contraction contractions = contraction::apart;
  word_lead lead = word_lead::space;
  bool case_ends_word = false;  ///< a capital after a small letter begins a piece: "fooBar" is "foo" "Bar"
  /// The most digits in a piece, which then has no space before them; 0: as many as there are, led by a space as words are.
  int digits = 0;
  /// Every digit is cut out before all else, and what lies between two digits is a text of its own.
  bool digits_first = false;
  std::string_view after_symbols = "";  ///< what may follow in the piece of a run of symbols: "", "\r\n" or "\r\n/"
  bool newlines_end_white = false;      ///< white space is cut after its last line end (`\s*[\r\n]+`)
};

/// One step of a splitter that is a list of steps, each inside the pieces of those before it.
struct cut {
  unsigned char of;                             ///< the class that is cut out (split_class::bit), or `line_end`
  bool each = false;                            ///< every character alone, not every run
  bool lead = false;                            ///< with one white space before it, where there is one (`\s?`)
  static constexpr unsigned char line_end = 0;  ///< [\r\n]
};

}  // namespace snowcoder::tokenize

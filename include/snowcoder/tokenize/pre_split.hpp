// SPDX-License-Identifier: Apache-2.0
// The shipped splitters: how text is cut before byte pairs are merged; no token crosses a cut. A splitter is a named empty
// type that a recipe names; each gives exactly the pieces of the Hugging Face pre-tokenizer that io/pre_tokenizer_json.hpp
// spells for it, in the published files' words.
//
// Input is UTF-8 by contract. A byte that is not UTF-8 counts as one symbol, neither letter, digit nor white space; the
// pieces joined are always the text. Time is linear in the text.
#pragma once

#include <snowcoder/tokenize/detail/split_text.hpp>
#include <snowcoder/tokenize/split_rules.hpp>
#include <snowcoder/tokenize/splitter.hpp>

#include <string_view>

namespace snowcoder::tokenize {

/// GPT-2: contractions, words, numbers, symbols, white space.
struct gpt2_split : described_split<gpt2_split> {
  static constexpr std::string_view name = "gpt2_split";
  static constexpr split_rules rules{};
};

/// StarCoder and StarCoder2: every digit alone, then GPT-2 on what lies between the digits.
struct starcoder_split : described_split<starcoder_split> {
  static constexpr std::string_view name = "starcoder_split";
  static constexpr split_rules rules{.digits_first = true};
};

/// Llama 3 and cl100k (GPT-4): any one character may lead a word, numbers by three, line ends close a piece.
struct llama3_split : described_split<llama3_split> {
  static constexpr std::string_view name = "llama3_split";
  static constexpr split_rules rules{.contractions = contraction::apart_any_case,
                                     .lead = word_lead::any_but_newline,
                                     .digits = 3,
                                     .after_symbols = "\r\n",
                                     .newlines_end_white = true};
};

/// Qwen2: Llama 3 with every digit alone.
struct qwen2_split : described_split<qwen2_split> {
  static constexpr std::string_view name = "qwen2_split";
  static constexpr split_rules rules{.contractions = contraction::apart_any_case,
                                     .lead = word_lead::any_but_newline,
                                     .digits = 1,
                                     .after_symbols = "\r\n",
                                     .newlines_end_white = true};
};

/// o200k (GPT-4o, gpt-oss): words end where a capital follows a small letter and take their contraction with them.
struct o200k_split : described_split<o200k_split> {
  static constexpr std::string_view name = "o200k_split";
  static constexpr split_rules rules{.contractions = contraction::in_word_any_case,
                                     .lead = word_lead::any_but_newline,
                                     .case_ends_word = true,
                                     .digits = 3,
                                     .after_symbols = "\r\n/",
                                     .newlines_end_white = true};
};

/// Mistral's Tekken: o200k without contractions and with every digit alone.
struct tekken_split : described_split<tekken_split> {
  static constexpr std::string_view name = "tekken_split";
  static constexpr split_rules rules{.contractions = contraction::none,
                                     .lead = word_lead::any_but_newline,
                                     .case_ends_word = true,
                                     .digits = 1,
                                     .after_symbols = "\r\n/",
                                     .newlines_end_white = true};
};

/// DeepSeek-Coder: line ends, words, punctuation, ideographs and digits, each cut out of what the one before left.
struct deepseek_coder_split : described_split<deepseek_coder_split> {
  static constexpr std::string_view name = "deepseek_coder_split";
  static constexpr cut cuts[] = {{.of = cut::line_end, .each = true},
                                 {.of = split_class::letter, .lead = true},
                                 {.of = split_class::punctuation, .lead = true},
                                 {.of = split_class::ideograph},
                                 {.of = split_class::digit, .each = true}};
};

static_assert(splitter<gpt2_split> && splitter<starcoder_split> && splitter<llama3_split> && splitter<qwen2_split>);
static_assert(splitter<o200k_split> && splitter<tekken_split> && splitter<deepseek_coder_split> && !splitter<split_rules>);

}  // namespace snowcoder::tokenize

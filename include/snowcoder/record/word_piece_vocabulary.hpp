// SPDX-License-Identifier: Apache-2.0
// What a BERT folder says about its tokenizer; truncation and padding baked into such files are left out on purpose: the
// caller decides how long a section is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace snowcoder {

/// The switches of Hugging Face's BertNormalizer and of its WordPiece model.
struct word_piece_rules {
  bool lower_case = true;
  bool strip_accents = true;     ///< decompose (Unicode NFD), then drop non-spacing marks
  bool ideographs_apart = true;  ///< a space around each: "handle_chinese_chars", "tokenize_chinese_chars"
  bool clean_text = true;        ///< drop control characters and U+FFFD
  int longest_word = 100;        ///< code points; a longer word is unknown: "max_input_chars_per_word"
  friend bool operator==(word_piece_rules const&, word_piece_rules const&) = default;

  static word_piece_rules uncased() { return {}; }
  static word_piece_rules cased() { return {.lower_case = false, .strip_accents = false}; }
};

struct word_piece_vocabulary {
  /// A text that is found before anything else is done, and is this id.
  struct added_token {
    std::string text;
    std::int32_t id = -1;
    friend bool operator==(added_token const&, added_token const&) = default;
  };
  std::vector<std::string> tokens;  ///< by id
  word_piece_rules rules;
  std::string unknown = "[UNK]";
  std::vector<added_token> added;

  /// Adds those of BERT's special tokens that are among the tokens, as Hugging Face does for a plain vocab.txt.
  void add_usual_tokens() {
    for (auto const* text : {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"})
      for (std::size_t id = tokens.size(); id-- > 0;)
        if (tokens[id] == text) {
          added.push_back({text, std::int32_t(id)});
          break;
        }
  }
};

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// BERT's normalizer and basic tokenizer as one pass over code points: a text of any script to its words. Linear, and in
// memory that does not grow with the text. Equal to Hugging Face's BertNormalizer and BertPreTokenizer.
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/record/word_piece_vocabulary.hpp>
#include <snowcoder/tokenize/bert_fold.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::tokenize {

/// An ideograph as Hugging Face has it, gap before U+2B920 included.
constexpr bool is_bert_ideograph(std::uint32_t p) {
  return p >= 0x3400 &&
         (p <= 0x4dbf || (p >= 0x4e00 && p <= 0x9fff) || (p >= 0xf900 && p <= 0xfaff) || (p >= 0x20000 && p <= 0x2a6df) ||
          (p >= 0x2a700 && p <= 0x2b81f) || (p >= 0x2b920 && p <= 0x2ceaf) || (p >= 0x2f800 && p <= 0x2fa1f));
}

/// Bytes of the broken start of `text`, which begins with no code point, that count as one U+FFFD: the longest that a code
/// point could begin with, else one (the Unicode standard's and Python's practice).
constexpr std::size_t broken_bytes(std::string_view text) {
  auto const at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  auto const lead = at(0);
  std::size_t const whole = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < 2) return 1;
  unsigned const low = lead == 0xe0   ? 0xa0
                       : lead == 0xf0 ? 0x90
                                      : 0x80,
                 high = lead == 0xed   ? 0x9f
                        : lead == 0xf4 ? 0x8f
                                       : 0xbf;
  if (at(1) < low || at(1) > high) return 1;
  std::size_t n = 2;
  while (n < whole && n < text.size() && (at(n) & 0xc0) == 0x80) ++n;
  return n;
}

/// The words of a text that is fed whole: calls word(bytes, code points) for each. Of a word with more than
/// rules.longest_word code points the bytes end somewhere beyond that.
template <class Word>
class bert_words {
 public:
  bert_words(word_piece_rules const& rules, Word word)
      : rules_(rules),
        word_(std::move(word)),
        folder_(rules.strip_accents, rules.lower_case, std::size_t(rules.longest_word) + 1, putter{this}) {}

  void read(std::string_view text) {
    while (!text.empty()) {
      auto const c = first_code_point(text);
      auto const p = c.valid ? std::uint32_t(c.value) : 0xfffd;
      text.remove_prefix(c.valid ? std::size_t(c.bytes) : broken_bytes(text));
      auto const bits = classes_[p];
      if (rules_.clean_text && bits & detail::control) continue;
      if (bits & (rules_.clean_text ? detail::space : detail::white)) {
        end_word();
      } else if (rules_.ideographs_apart && is_bert_ideograph(p)) {
        end_word();
        folder_.feed(p);
        end_word();
      } else {
        folder_.feed(p);
      }
    }
    end_word();
  }

 private:
  struct putter {
    bert_words* words;
    void operator()(std::uint32_t p) const { words->put(p); }
  };

  /// Bytes are kept while they can matter; the count goes on.
  void put(std::uint32_t p) {
    bool const alone = classes_[p] & detail::punctuation;
    if (alone) give_word();
    if (length_ <= rules_.longest_word) append_utf8(bytes_, p), ++length_;
    if (alone) give_word();
  }
  void give_word() {
    if (length_) word_(std::string_view(bytes_), length_);
    bytes_.clear();
    length_ = 0;
  }
  void end_word() {
    folder_.flush();
    give_word();
  }

  word_piece_rules const& rules_;
  Word word_;
  std::uint16_t const* classes_ = unicode_classes();
  std::string bytes_;
  int length_ = 0;
  bert_folder<putter> folder_;
};

}  // namespace snowcoder::tokenize

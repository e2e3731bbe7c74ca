// SPDX-License-Identifier: Apache-2.0
// BERT's tokenizer, the annotator's view of a file (paper section 2.3; Arctic-embed and MiniLM are BERT-like): control
// characters dropped, ideographs set apart, lower-cased without accents, split at white space and punctuation, then the
// longest known pieces from the left. Ids equal those of Hugging Face's BertTokenizerFast.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/tokenize/bert_fold.hpp>
#include <snowcoder/tokenize/unicode_class.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace snowcoder::tokenize {

class word_piece {
 public:
  static constexpr int longest_word = 100;  ///< code points; a longer word is unknown

  /// `tokens` by id, as in vocab.txt; [UNK], [CLS], [SEP] and [PAD] must be among them. Without `lower_case` letters keep
  /// their case and accents.
  static expected<word_piece> from_vocabulary(std::vector<std::string> const& tokens, bool lower_case = true) {
    word_piece w;
    w.lower_case_ = lower_case;
    for (std::size_t id = 0; id < tokens.size(); ++id) {
      bool const inside = tokens[id].starts_with("##");
      (inside ? w.inside_ : w.first_).insert_or_assign(inside ? tokens[id].substr(2) : tokens[id], std::int32_t(id));
    }
    for (std::size_t i = 0; i < special.size(); ++i)
      if (auto const found = w.first_.find(special[i]); found != w.first_.end()) w.special_ids_[i] = found->second;
    for (std::size_t i = 0; i < required; ++i)
      if (w.special_ids_[i] < 0)
        return failure("vocabulary has no " + std::string(special[i]), "",
                       "this must be the vocabulary of a BERT-family encoder");
    return w;
  }

  /// Appends the ids of `text`, without [CLS] and [SEP]. A special token spelled out in the text ("[SEP]") becomes its id,
  /// as it does in Hugging Face. Bytes that are not UTF-8 count as U+FFFD, which is dropped.
  void encode(std::string_view text, std::vector<std::int32_t>& ids) const {
    std::string word;
    while (!text.empty()) {
      auto const [at, which] = find_special(text);
      encode_plain(text.substr(0, at), word, ids);
      if (at == text.size()) return;
      ids.push_back(special_ids_[which]);
      text.remove_prefix(at + special[which].size());
    }
  }

  int unknown() const { return special_ids_[0]; }
  int cls() const { return special_ids_[1]; }
  int sep() const { return special_ids_[2]; }
  int pad() const { return special_ids_[3]; }

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view t) const { return std::hash<std::string_view>()(t); }
  };
  using pieces = std::unordered_map<std::string, std::int32_t, text_hash, std::equal_to<>>;
  static constexpr std::array<std::string_view, 5> special{"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"};
  static constexpr std::size_t required = 4;  // a vocabulary without [MASK] will do

  word_piece() = default;

  struct special_place {
    std::size_t at, which;
  };
  special_place find_special(std::string_view text) const {
    for (std::size_t at = 0; (at = text.find('[', at)) != text.npos; ++at)
      for (std::size_t i = 0; i < special.size(); ++i)
        if (special_ids_[i] >= 0 && text.substr(at).starts_with(special[i])) return {at, i};
    return {text.size(), 0};
  }

  static bool is_ideograph(std::uint32_t p) {  // as Hugging Face has it, gap before U+2B920 included
    return p >= 0x3400 &&
           ((p <= 0x4dbf) || (p >= 0x4e00 && p <= 0x9fff) || (p >= 0xf900 && p <= 0xfaff) || (p >= 0x20000 && p <= 0x2a6df) ||
            (p >= 0x2a700 && p <= 0x2b81f) || (p >= 0x2b920 && p <= 0x2ceaf) || (p >= 0x2f800 && p <= 0x2fa1f));
  }

  void encode_plain(std::string_view text, std::string& word, std::vector<std::int32_t>& ids) const {
    auto const* classes = unicode_classes();
    int length = 0;  // code points in `word`
    auto const end_word = [&] {
      if (length) add_word(word, length, ids);
      word.clear();
      length = 0;
    };
    auto const put = [&](std::uint32_t p) {
      bool const alone = classes[p] & detail::punctuation;
      if (alone) end_word();
      append_utf8(word, p);
      ++length;
      if (alone) end_word();
    };
    bert_folder folder(put);
    while (!text.empty()) {
      auto const c = first_code_point(text);
      text.remove_prefix(std::size_t(c.bytes));
      auto const p = std::uint32_t(c.value);
      auto const bits = classes[p];
      if (!c.valid || bits & detail::control) continue;
      if (bits & detail::space) {
        folder.flush();
        end_word();
      } else if (p < 0x80) {
        folder.flush();
        put(lower_case_ && p >= 'A' && p <= 'Z' ? p + 32 : p);
      } else if (is_ideograph(p)) {
        folder.flush();
        end_word();
        if (lower_case_)
          folder.feed(p), folder.flush();
        else
          put(p);
        end_word();
      } else if (lower_case_) {
        folder.feed(p);
      } else {
        put(p);
      }
    }
    folder.flush();
    end_word();
  }

  /// The longest pieces from the left; a word with a part that no piece covers is unknown as a whole.
  void add_word(std::string_view word, int length, std::vector<std::int32_t>& ids) const {
    auto const before = ids.size();
    if (length > longest_word) return ids.push_back(unknown());
    for (std::size_t begin = 0; begin < word.size();) {
      auto const& known = begin ? inside_ : first_;
      auto end = word.size();
      auto found = known.find(word.substr(begin));
      while (found == known.end() && --end > begin)
        if ((static_cast<unsigned char>(word[end]) & 0xc0) != 0x80) found = known.find(word.substr(begin, end - begin));
      if (found == known.end()) {
        ids.resize(before);
        return ids.push_back(unknown());
      }
      ids.push_back(found->second);
      begin = end;
    }
  }

  pieces first_, inside_;
  std::array<std::int32_t, special.size()> special_ids_{-1, -1, -1, -1, -1};
  bool lower_case_ = true;
};

}  // namespace snowcoder::tokenize

// SPDX-License-Identifier: Apache-2.0
// Any text through the tokenizers: every splitter's pieces are those of its code point by code point form and join to the text;
// byte pairs give it back; word pieces are those of their plain twin; Unicode's normal form is a fixed point.
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/nfc.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include "target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;
using namespace snowcoder::tokenize;

std::vector<std::string> texts() {
  return {"def f(x):\n    return x + 1  # \xc3\xa9t\xc3\xa9 12345 they're HeLLo'LL\r\n\t ab abab  x_y/=>'s",
          std::string("\xff\xfe\0a\xcc\x81\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8 \xe2\x84\xab\xcc\xa7\xe4\xb8\xad", 22),
          "\xe4\xb8\xad\xe6\x96\x87 a\xcc\x81 [SEP] ##ing unaff " + std::string(130, 'a') +
              "\xe2\x80\xa8\xef\xbf\xbd\xc2\xad\xf0\x9f\x98\x80"};
}

void check_splitters(std::string_view text) {
  shipped_splitters::each([&]<class S>() {
    auto const pieces = [&](auto&& split) {
      std::vector<std::string_view> all;
      split([&](std::string_view piece) { all.push_back(piece); });
      return all;
    };
    auto const native = pieces([&](auto&& emit) { S::split(text, emit); });
    fuzz::expect(native == pieces([&](auto&& emit) { tokenize::detail::split_by_matching<S>(text, emit); }),
                 std::string(S::name) + ": other pieces than code point by code point");
    fuzz::expect(
        native == pieces([&](auto&& emit) { tokenize::detail::split_by_masks<S, tokenize::detail::plain_masks>(text, emit); }),
        std::string(S::name) + ": other pieces by plain masks");
    auto const* at = text.data();
    for (auto piece : native) {
      fuzz::expect(!piece.empty() && piece.data() == at, std::string(S::name) + ": pieces that do not join");
      at += piece.size();
    }
    fuzz::expect(at == text.data() + text.size(), std::string(S::name) + ": pieces that do not reach the end");
  });
}

byte_pair_vocabulary pairs(bool nfc) {
  byte_pair_vocabulary v;
  v.tokens = {"<|endoftext|>", "<|x|>"};
  v.sentinels = {0, 1};
  for (int b = 0; b < 256; ++b) v.tokens.emplace_back(1, char(b));
  auto const join = [&](token_id left, token_id right) {
    v.merges.emplace_back(left, right);
    v.tokens.push_back(v.tokens[std::size_t(left)] + v.tokens[std::size_t(right)]);
    return token_id(v.tokens.size() - 1);
  };
  auto const a = token_id('a' + 2), b = token_id('b' + 2), space = token_id(' ' + 2);
  auto const ab = join(a, b), aa = join(a, a), bb = join(b, b);
  join(ab, ab), join(aa, aa), join(join(space, a), ab), join(aa, bb), join(token_id(0xc3 + 2), token_id(0xa9 + 2));
  v.splitter = std::string(gpt2_split::name);
  v.nfc = nfc;
  return v;
}

/// The lowest rank first, wherever it stands, each as far left as it goes: what byte pairs are, without tables.
std::vector<token_id> merged(std::string_view text, byte_pair_vocabulary const& v) {
  std::vector<token_id> all;
  gpt2_split::split(text, [&](std::string_view piece) {
    std::vector<token_id> ids;
    for (char c : piece) ids.push_back(token_id(static_cast<unsigned char>(c)) + 2);
    for (;;) {
      std::size_t best = v.merges.size(), at = 0;
      for (std::size_t i = 0; i + 1 < ids.size(); ++i)
        for (std::size_t m = 0; m < best; ++m)
          if (v.merges[m] == std::pair(ids[i], ids[i + 1])) best = m, at = i;
      if (best == v.merges.size()) break;
      ids[at] = token_id(258 + best);
      ids.erase(ids.begin() + std::ptrdiff_t(at) + 1);
    }
    all.insert(all.end(), ids.begin(), ids.end());
  });
  return all;
}

void check_byte_pairs(std::string_view text) {
  static auto const plain = byte_pair<gpt2_split>::from_vocabulary(pairs(false), {.cache_bytes = 1 << 14}).value(),
                    normal = byte_pair<gpt2_split>::from_vocabulary(pairs(true)).value();
  auto const ids = plain.encode(text);
  fuzz::expect(plain.decode(ids) == text, "decoding does not give the text back");
  fuzz::expect(plain.encode(text) == ids, "the words met so far change ids");
  std::vector<token_id> with_sentinels;
  plain.encode_with_sentinels(text, with_sentinels);
  fuzz::expect(plain.decode(with_sentinels) == text, "decoding with sentinels does not give the text back");
  if (text.size() < 400) fuzz::expect(ids == merged(text, plain.vocabulary()), "other ids than by merging one by one");
  std::string composed;
  to_nfc(text, composed);
  fuzz::expect(normal.encode(text) == plain.encode(composed), "other ids than those of the normal form");
}

void check_nfc(std::string_view text) {
  std::string once, twice;
  to_nfc(text, once);
  to_nfc(once, twice);
  fuzz::expect(once == twice && is_nfc(once), "a normal form that is none");
  fuzz::expect(is_nfc(text) == (once == text), "is_nfc and to_nfc disagree");
  fuzz::expect(is_utf8(once) == is_utf8(text), "a text and its normal form are not both UTF-8");
}

void check_word_pieces(std::string_view text) {
  static auto const made = [] {
    std::vector<word_piece> all;
    std::vector<std::string> const tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a",     "b",  "##a",          "##b", "return",
                                          "e",     "+",     "(",     "(",     "##ing", "##", "\xe4\xb8\xad", "12",  "##3"};
    for (bool lower : {true, false}) all.push_back(word_piece::from_vocabulary(tokens, lower).value());
    word_piece_vocabulary v;
    v.tokens = tokens;
    v.rules = {.lower_case = true, .strip_accents = false, .ideographs_apart = false, .clean_text = false, .longest_word = 7};
    v.add_usual_tokens();
    all.push_back(word_piece::from_vocabulary(v).value());
    return all;
  }();
  for (auto const& tokenizer : made) {
    std::vector<std::int32_t> ids, plain;
    tokenizer.encode(text, ids);
    tokenizer.encode_by_code_points(text, plain);
    fuzz::expect(ids == plain, "blocks of bytes give other ids than code points");
  }
}

fuzz::registered const a{{"splitters", texts, check_splitters, 1000}};
fuzz::registered const b{{"byte_pair", texts, check_byte_pairs, 1000}};
fuzz::registered const c{{"nfc", texts, check_nfc, 1000}};
fuzz::registered const d{{"word_piece", texts, check_word_pieces, 1000}};

}  // namespace

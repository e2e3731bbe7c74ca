// SPDX-License-Identifier: Apache-2.0
// Vocabularies from files: what was read and written again is read as the same, and what was taken tokenizes any text: byte
// pairs give it back, word pieces have known ids.
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/any_splitter.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include "target.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::string const texts[] = {"def f(x):\n    return x + 1  # \xc3\xa9t\xc3\xa9 <|a|><|b|> 12345 they're\r\n\t",
                             std::string("\xff\xfe\0a\xcc\x81\xe1\x84\x80\xe1\x85\xa1 abab ab", 18), "<|a|> abc",
                             "\xe4\xb8\xad\xe6\x96\x87 a\xcc\x81 [SEP] ##ing unaff <x> " + std::string(80, 'a')};

std::vector<std::string> byte_pairs() {
  byte_pair_vocabulary v;
  v.tokens = {"<|a|>", "<|b|>"};
  v.sentinels = {0, 1};
  for (int b = 0; b < 256; ++b) v.tokens.emplace_back(1, char(b));
  for (auto const* token : {"ab", "abab", " a"}) v.tokens.emplace_back(token);
  v.merges = {{2 + 'a', 2 + 'b'}, {258, 258}, {2 + ' ', 2 + 'a'}};
  std::vector<std::string> all;
  for (auto const* splitter : {"starcoder_split", "o200k_split"}) {
    v.splitter = splitter;
    all.push_back(io::tokenizer_text(v));
    v.nfc = true;
    v.ignore_merges = true;
    v.rules = {{.id = 1, .special = false, .normalized = true, .lstrip = true, .rstrip = true}};
    v.post_processor = R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|a|>","type_id":0}},)"
                       R"({"Sequence":{"id":"A","type_id":0}}],"pair":[],"special_tokens":{"<|a|>":{"id":"<|a|>","ids":[0],)"
                       R"("tokens":["<|a|>"]}}})";
  }
  return all;
}

void check_byte_pairs(std::string_view bytes) {
  auto const v = io::parse_tokenizer(bytes, "");
  if (!v) return;
  auto const again = io::parse_tokenizer(io::tokenizer_text(*v), "");
  fuzz::expect(again.has_value(), "what was read is not read again: " + (again ? "" : again.error().what));
  fuzz::expect(*again == *v, "a vocabulary is not what it was once it is written and read");
  tokenize::with_splitter(v->splitter, [&]<class Splitter>() {
    auto const tokenizer = tokenize::byte_pair<Splitter>::from_vocabulary(*v, {.cache_bytes = 1 << 16});
    if (!tokenizer) return;
    for (auto const& text : texts) {
      std::vector<token_id> ids, with_sentinels, with_template;
      tokenizer->encode(text, ids);
      tokenizer->encode_with_sentinels(text, with_sentinels);
      tokenizer->encode_with_template(text, with_template);
      for (auto const* row : {&ids, &with_sentinels, &with_template})
        for (auto id : *row) fuzz::expect(id >= 0 && id < tokenizer->size(), "an id beyond the vocabulary");
      bool plain = !v->nfc;
      for (auto const& rule : v->rules) plain = plain && rule.special;  // others take white space along
      if (plain) fuzz::expect(tokenizer->decode(ids) == text, "decoding does not give the text back");
    }
  });
}

std::vector<std::string> word_pieces() {
  return {
      R"({"truncation":{"max_length":128},"added_tokens":[{"id":0,"content":"[PAD]","special":true},{"id":9,"content":"<x>"}],
"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
"pre_tokenizer":{"type":"BertPreTokenizer"},"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
"max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"b":4,"a":5,"##a":6,"de":7,"##f":8}}})"};
}

void check_word_pieces(std::string_view bytes) {
  auto const v = io::parse_word_piece(bytes, "");
  if (!v) return;
  auto const tokenizer = tokenize::word_piece::from_vocabulary(*v);
  if (!tokenizer) return;
  for (auto const& text : texts) {
    std::vector<std::int32_t> ids, plain;
    tokenizer->encode(text, ids);
    tokenizer->encode_by_code_points(text, plain);
    fuzz::expect(ids == plain, "blocks of bytes give other ids than code points");
    for (auto id : ids) fuzz::expect(id >= 0 && id < tokenizer->size(), "an id beyond the vocabulary");
  }
}

fuzz::registered const a{{"tokenizer_json", byte_pairs, check_byte_pairs}};
fuzz::registered const b{{"word_piece_json", word_pieces, check_word_pieces}};

}  // namespace

// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace snowcoder;
using namespace snowcoder::tokenize;

namespace {
template <splitter S>
std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> all;
  S::split(text, [&](std::string_view p) { all.emplace_back(p); });
  return all;
}
using strings = std::vector<std::string>;
byte_pair_vocabulary train(counted_words const& words, int size, int minimum = 1) {
  progress bar;
  return train_byte_pairs<gpt2_split>(words, {.size = size, .minimum_frequency = minimum}, bar);
}
strings merged(byte_pair_vocabulary const& v) { return {v.tokens.begin() + 290, v.tokens.end()}; }
}  // namespace

TEST_CASE("GPT-2 cuts words, numbers, symbols and white space") {
  CHECK(pieces<gpt2_split>("it's x12 =  y;\n\n z  ") ==
        strings{"it", "'s", " x", "12", " =", " ", " y", ";", "\n\n", " z", "  "});
  CHECK(pieces<gpt2_split>("\t\tif") == strings{"\t", "\t", "if"});
  CHECK(pieces<gpt2_split>("'sa 's") == strings{"'s", "a", " '", "s"});
}

TEST_CASE("StarCoder's split puts every digit alone, before anything else") {
  CHECK(pieces<starcoder_split>("x12  3") == strings{"x", "1", "2", "  ", "3"});
  CHECK(pieces<starcoder_split>("\xd9\xa3"
                                "a") == strings{"\xd9\xa3", "a"});  // ARABIC-INDIC DIGIT THREE
}

TEST_CASE("bytes that are not UTF-8 are symbols") {
  CHECK(pieces<gpt2_split>("a\xff\xfe"
                           "b") == strings{"a", "\xff\xfe", "b"});
  CHECK(pieces<gpt2_split>(" \xc3(") == strings{" \xc3("});
}

TEST_CASE("the most frequent pair is merged first, smaller ids among equals") {
  auto const v = train({{"abab", 3}, {"cd", 6}, {"xy", 6}}, 294);
  CHECK(merged(v) == strings{"ab", "cd", "xy", "abab"});  // ab 6, cd 6, xy 6 in id order; then abab 3
  CHECK(v.tokens[0] == "<|endoftext|>");
  CHECK(v.tokens[34] == "!");
}

TEST_CASE("pairs that overlap themselves are counted as they merge") {
  auto const v = train({{"aaaa", 2}, {"aab", 1}}, 292);
  CHECK(merged(v) == strings{"aa", "aaaa"});  // aa 6 of 7 … then aa+aa 2 before aa+b 1
}

TEST_CASE("training stops when no pair is frequent enough") {
  CHECK(merged(train({{"ab", 2}, {"cd", 1}}, 400, 2)) == strings{"ab"});
  CHECK(merged(train({}, 400, 2)).empty());
}

TEST_CASE("a text cannot forge a sentinel unless it is asked to") {
  auto const t = byte_pair<gpt2_split>::from_vocabulary(train({{"end", 2}}, 300)).value();
  auto const ids = t.encode("a<|endoftext|>b");
  CHECK(std::count(ids.begin(), ids.end(), config::end_of_text) == 0);
  std::vector<token_id> seen;
  t.encode_with_sentinels("a<|endoftext|>b", seen);
  CHECK(seen.size() == 3);
  CHECK(seen[1] == config::end_of_text);
  CHECK(t.decode(seen) == "a<|endoftext|>b");
  CHECK(t.decode(seen, false) == "ab");
  CHECK(t.decode(std::vector<token_id>{-1, 299'999}).empty());
}

TEST_CASE("broken vocabularies are refused by what is wrong with them") {
  auto const good = train({{"abc", 2}}, 300);
  REQUIRE(byte_pair<gpt2_split>::from_vocabulary(good));
  auto const wrong = [&](auto&& spoil) {
    auto v = good;
    spoil(v);
    auto const t = byte_pair<gpt2_split>::from_vocabulary(v);
    return t ? std::string() : t.error().what;
  };
  CHECK(wrong([](auto& v) { v.splitter = "starcoder_split"; }).find("starcoder_split") != std::string::npos);
  CHECK(wrong([](auto& v) { v.tokens[40].clear(); }).find("lacks byte") != std::string::npos);
  CHECK(wrong([](auto& v) { v.merges.emplace_back(1, 2); }).find("makes no token") != std::string::npos);
  CHECK(wrong([](auto& v) { v.merges.emplace_back(-1, 5000); }).find("beyond") != std::string::npos);
  CHECK(wrong([](auto& v) { v.sentinels.push_back(9999); }).find("sentinel") != std::string::npos);
}

TEST_CASE("WordPiece takes the longest pieces and gives up on the whole word") {
  auto const w =
      word_piece::from_vocabulary({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##want", "##ed", "want", "_", "x"}).value();
  std::vector<std::int32_t> ids;
  w.encode(
      "UNwanted  wantx x_x\twant\xc3\xa9"
      "d",
      ids);
  CHECK(ids == std::vector<std::int32_t>{4, 5, 6, 1, 9, 8, 9, 7, 6});
  CHECK((w.pad() == 0 && w.unknown() == 1 && w.cls() == 2 && w.sep() == 3));
  CHECK(!word_piece::from_vocabulary({"[PAD]", "a"}));
}

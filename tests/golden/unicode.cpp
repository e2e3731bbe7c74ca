// SPDX-License-Identifier: Apache-2.0
// Every code point of Unicode through BERT's words and NFC, against Hugging Face's (make_unicode_golden.py).
#include "support/catch.hpp"

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/md5.hpp>
#include <snowcoder/tokenize/bert_words.hpp>
#include <snowcoder/tokenize/nfc.hpp>

#include <filesystem>
#include <string>

using namespace snowcoder;

namespace {
io::json golden() {
  return io::read_json(std::filesystem::path(SNOWCODER_TESTS_DIR) / "golden" / "tokenizer" / "unicode.json").value();
}
template <class Use>
void for_each_code_point(Use const& use) {
  for (char32_t p = 0; p < 0x110000; ++p) {
    if (p >= 0xd800 && p < 0xe000) continue;
    std::string c;
    append_utf8(c, p);
    use(c);
  }
}
std::string nfc(std::string_view text) {
  std::string out;
  tokenize::to_nfc(text, out);
  return out;
}
}  // namespace

TEST_CASE("BERT's words of every code point are Hugging Face's", "[golden]") {
  auto const file = golden();
  for (auto const& [name, sum] : file["words"].items()) {
    word_piece_rules const rules{.lower_case = name[0] == '1',
                                 .strip_accents = name[1] == '1',
                                 .ideographs_apart = name[2] == '1',
                                 .clean_text = name[3] == '1'};
    io::md5 total;
    tokenize::bert_words words(rules, [&](std::string_view word, int) { total.add(std::string(word) + "\n"); });
    for_each_code_point([&](std::string const& c) { words.read("a" + c + "b" + c + " " + c); });
    INFO(name);
    CHECK(total.hex() == sum.get<std::string>());
  }
}

TEST_CASE("NFC of every code point and of sequences is Hugging Face's", "[golden]") {
  auto const file = golden();
  io::md5 total;
  for_each_code_point([&](std::string const& c) { total.add(nfc("a" + c + "b") + "\n" + nfc(c) + "\n"); });
  CHECK(total.hex() == file["nfc"].get<std::string>());
  for (auto const& row : file["texts"]) {
    auto const text = row[0].get<std::string>(), normal = row[1].get<std::string>();
    INFO(text);
    CHECK(nfc(text) == normal);
    CHECK(tokenize::is_nfc(text) == (text == normal));
    CHECK(tokenize::is_nfc(normal));
    CHECK(nfc("\xff" + text) == "\xff" + normal);
  }
}

TEST_CASE("NFC leaves broken bytes alone and stays linear", "[golden]") {
  CHECK(nfc("e\xcc") == "e\xcc");
  CHECK(nfc("e\xcc\xcc\x81") == "e\xcc\xcc\x81");
  CHECK(nfc("\xcc\x81") == "\xcc\x81");
  CHECK(nfc("xe\xcc\x81y") == "x\xc3\xa9y");
  std::string marks = "e";
  for (int i = 0; i < 500'000; ++i) marks += i % 2 ? "\xcc\x81" : "\xcc\xa3";
  CHECK(nfc(marks).size() == marks.size());  // e with a dot below takes three bytes for three
}

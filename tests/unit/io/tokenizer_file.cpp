// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>

#include <string>

using namespace snowcoder;

namespace {
byte_pair_vocabulary small() {
  progress bar;
  return tokenize::train_byte_pairs<tokenize::starcoder_split>({{" return", 4}, {"\xff\xfe\n", 3}, {"\"\\", 3}},
                                                               {.size = 300, .minimum_frequency = 2}, bar);
}
std::string replaced(std::string text, std::string const& what, std::string const& with) {
  auto const at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}
std::string refusal(std::string const& text) {
  auto const v = io::parse_tokenizer(text, "here");
  return v ? std::string() : v.error().what;
}
}  // namespace

TEST_CASE("tokenizer.json is read back as written") {
  temporary_folder folder;
  auto v = small();
  REQUIRE(io::write_tokenizer(folder / "tokenizer.json", v));
  CHECK(io::read_tokenizer(folder / "tokenizer.json").value() == v);
  v.splitter = "gpt2_split";
  CHECK(io::parse_tokenizer(io::tokenizer_text(v), "here").value() == v);
}

TEST_CASE("what a file says about encoding is read and written back") {
  auto text = io::tokenizer_text(small());
  auto const set = [&](std::string const& what, std::string const& with) { text = replaced(text, what, with); };
  set("\"ignore_merges\": false", "\"ignore_merges\": true");
  set("\"byte_fallback\": false", "\"byte_fallback\": true");
  set("\"unk_token\": null", "\"unk_token\": \"\"");
  set("\"normalizer\": null", R"("normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]})");
  set("\"lstrip\":false", "\"lstrip\":true");
  set("\"special\":true", "\"special\":false");
  set("\"post_processor\": null",
      R"("post_processor": {"type": "Sequence", "processors": [{"type": "ByteLevel", "trim_offsets": true}, {"type":
      "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
      {"SpecialToken": {"id": "y", "type_id": 0}}], "pair": [], "special_tokens": {"x": {"id": "x", "ids": [1, 2], "tokens": ["x"]},
      "y": {"id": "y", "ids": [0], "tokens": ["y"]}}}]})");
  auto const v = io::parse_tokenizer(text, "here").value();
  CHECK((v.ignore_merges && v.byte_fallback && v.nfc));
  CHECK(v.rules == std::vector<sentinel_rule>{{.id = 0, .special = false, .lstrip = true}});
  CHECK(v.before == std::vector<token_id>{1, 2});
  CHECK(v.after == std::vector<token_id>{0});
  CHECK(io::parse_tokenizer(io::tokenizer_text(v), "here").value() == v);
  auto const roberta = replaced(io::tokenizer_text(small()), "\"post_processor\": null",
                                R"("post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 3], "cls": ["<s>", 4]})");
  CHECK(io::parse_tokenizer(roberta, "here").value().before == std::vector<token_id>{4});
  CHECK(io::parse_tokenizer(roberta, "here").value().after == std::vector<token_id>{3});
}

TEST_CASE("what would be done otherwise is refused by name") {
  auto const text = io::tokenizer_text(small());
  REQUIRE(refusal(text).empty());
  CHECK(refusal(replaced(text, "\"normalizer\": null", "\"normalizer\": {\"type\": \"NFKC\"}")).find("NFKC") !=
        std::string::npos);
  CHECK(refusal(replaced(text, "\"BPE\"", "\"Unigram\"")).find("Unigram") != std::string::npos);
  CHECK(refusal(replaced(text, "\"dropout\": null", "\"dropout\": 0.1")).find("dropout") != std::string::npos);
  CHECK(refusal(replaced(text, "\"add_prefix_space\":false", "\"add_prefix_space\":true")).find("pre_tokenizer") !=
        std::string::npos);
  CHECK(refusal(replaced(text, "\"single_word\":false", "\"single_word\":true")).find("single_word") != std::string::npos);
  CHECK(refusal(replaced(text, "\"ByteLevel\",\"add_prefix_space\":true", "\"Metaspace\",\"x\":true")).find("Metaspace") !=
        std::string::npos);
  CHECK(refusal(replaced(text, "\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"")).find("suffix") !=
        std::string::npos);
  auto const next = small().tokens.size();
  auto const added = [&](std::size_t id) {
    return R"("added_tokens": [{"id": )" + std::to_string(id) + R"(, "content": "<x>"}, )";
  };
  CHECK(refusal(replaced(text, "\"added_tokens\": [", added(next + 1))).find("Hugging Face makes " + std::to_string(next)) !=
        std::string::npos);
  CHECK(refusal(replaced(text, "\"added_tokens\": [", added(next))).empty());
  auto const post = [&](std::string const& stated) {
    return refusal(replaced(text, "\"post_processor\": null", "\"post_processor\": " + stated));
  };
  CHECK(post(R"({"type": "Other"})").find("Other") != std::string::npos);
  CHECK(post(R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}]})")
            .find("<s>") != std::string::npos);
  CHECK(post(R"({"type": "TemplateProcessing", "single": []})").find("without the text") != std::string::npos);
  CHECK(refusal(replaced(text, "\"!\": 34", "\"!\": 35")).find("no id of its own") != std::string::npos);
  CHECK(refusal(replaced(text, "\"!\": 34", "\"!\": -1")).find("no id of its own") != std::string::npos);
  CHECK(refusal(replaced(text, "\"!\": 34", "\"!\": 99999999999")).find("no id of its own") != std::string::npos);
  CHECK(refusal(replaced(text, "\"!\": 34", "\"\\u4e2d\": 34")).find("byte symbols") != std::string::npos);
  CHECK(refusal(replaced(text, "\"merges\": [", "\"merges\": [\"zzz yyy\", ")).find("zzz") != std::string::npos);
  CHECK(refusal(replaced(text, "\"merges\": [", "\"merges\": [7, ")).find("merge") != std::string::npos);
}

TEST_CASE("hostile tokenizer files are refused") {
  auto const text = io::tokenizer_text(small());
  for (std::size_t size = 0; size + 3 < text.size(); size += 97) CHECK(!refusal(text.substr(0, size)).empty());
  for (auto const* bad : {"", "[]", "7", "{}", "{\"model\": 3}", "{\"model\": {\"vocab\": [], \"merges\": {}}}", "null"})
    CHECK(!refusal(bad).empty());
}

TEST_CASE("a BERT folder is read from vocab.txt, or from tokenizer.json without its truncation") {
  temporary_folder folder;
  CHECK(!io::read_word_piece(folder.path()));
  REQUIRE(io::write_file(folder / "vocab.txt", "[PAD]\n[UNK]\r\n[CLS]\n[SEP]\na"));
  CHECK(io::read_word_piece(folder.path()).value().tokens == std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"});
  REQUIRE(io::write_file(folder / "tokenizer_config.json", "{\"do_lower_case\": false}"));
  CHECK(io::read_word_piece(folder.path()).value().rules == word_piece_rules::cased());
  std::string const file =
      R"({"truncation": {"max_length": 128}, "padding": {"strategy": {"Fixed": 128}}, "normalizer": {"type": "BertNormalizer",
    "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"b": 1, "a": 0}}})";
  REQUIRE(io::write_file(folder / "tokenizer.json", file));
  CHECK(io::read_word_piece(folder / "vocab.txt").value().added.size() == 4);
  CHECK(io::read_word_piece(folder / "tokenizer.json").value().tokens.size() == 2);
  CHECK(!io::read_word_piece(folder.path()));  // the two files contradict each other
  REQUIRE(io::write_file(folder / "tokenizer_config.json", "{\"do_lower_case\": true, \"strip_accents\": null}"));
  CHECK(io::read_word_piece(folder.path()).value().tokens == std::vector<std::string>{"a", "b"});
  CHECK(!io::parse_word_piece(replaced(file, "\"b\": 1", "\"b\": 0"), "here"));
  CHECK(!io::parse_word_piece(replaced(file, "\"b\": 1", "\"b\": \"x\""), "here"));
  CHECK(!io::parse_word_piece(replaced(file, "BertNormalizer", "NFC"), "here"));
  CHECK(!io::parse_word_piece(replaced(file, "\"##\"", "\"@@\""), "here"));
  CHECK(!io::parse_word_piece("{\"model\": 5", "here"));
  auto const added = [&](std::string const& token) {
    return io::parse_word_piece(replaced(file, "\"normalizer\"", "\"added_tokens\": [" + token + "], \"normalizer\""), "here");
  };
  CHECK(added(R"({"id": 7, "content": "<x>", "lstrip": true})").value().added ==
        std::vector<word_piece_vocabulary::added_token>{{"<x>", 7}});
  CHECK(added(R"({"id": 7, "content": "<x>", "normalized": true})").error().what.find("normalized") != std::string::npos);
  CHECK(added(R"({"id": 7, "content": "<x>", "single_word": true})").error().what.find("single_word") != std::string::npos);
  CHECK(!added(R"({"id": 1, "content": "<x>"})"));
  CHECK(!added(R"({"id": 2147483647, "content": "<x>"})"));  // the number of ids would be none
  auto const rules =
      io::parse_word_piece(replaced(file, "\"strip_accents\": null", "\"strip_accents\": false"), "here").value().rules;
  CHECK((rules.lower_case && !rules.strip_accents));
  CHECK(io::parse_word_piece(replaced(file, "word\": 100", "word\": 40"), "here").value().rules.longest_word == 40);
}

// SPDX-License-Identifier: Apache-2.0
// Ids and merges against Hugging Face's, on texts chosen to tell implementations apart (make_tokenizer_golden.py).
#include "support/catch.hpp"

#include <snowcoder/io/json.hpp>
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>
#include <snowcoder/tokenize/word_counts.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <filesystem>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {
fs::path const folder = fs::path(SNOWCODER_TESTS_DIR) / "golden" / "tokenizer";

io::json golden() {
  auto file = io::read_json(folder / "texts.json");
  REQUIRE(file);
  return (*file)["texts"];
}
byte_pair_vocabulary hugging_face() {
  auto v = io::read_tokenizer(folder / "byte_pair.json");
  REQUIRE(v);
  return *v;
}
}  // namespace

TEST_CASE("byte pairs give Hugging Face's ids", "[golden]") {
  auto const t = tokenize::byte_pair<tokenize::starcoder_split>::from_vocabulary(hugging_face());
  REQUIRE(t);
  for (auto const& row : golden()) {
    auto const text = row["text"].get<std::string>();
    INFO(text);
    CHECK(t->encode(text) == row["ids"].get<std::vector<token_id>>());
    std::vector<token_id> ids;
    t->encode_with_sentinels(text, ids);
    CHECK(ids == row["with_sentinels"].get<std::vector<token_id>>());
    CHECK(t->decode(ids) == text);
  }
}

TEST_CASE("the trainer makes Hugging Face's merges", "[golden]") {
  tokenize::word_counts counts;
  for (auto const& row : golden()) counts.add<tokenize::starcoder_split>(row["text"].get<std::string>());
  progress bar;
  auto const ours =
      tokenize::train_byte_pairs<tokenize::starcoder_split>(counts.take(), {.size = 400, .minimum_frequency = 2}, bar);
  auto const theirs = hugging_face();
  CHECK(ours.tokens == theirs.tokens);
  CHECK(ours.merges == theirs.merges);
  CHECK(ours == theirs);
}

TEST_CASE("word pieces give Hugging Face's ids, cased and uncased", "[golden]") {
  auto const v = io::parse_word_piece(io::mapped_file::open(folder / "word_piece.json").value().bytes(), "word_piece.json");
  REQUIRE(v);
  CHECK(v->rules == word_piece_rules::uncased());
  CHECK(v->added.size() == 5);
  auto const uncased = tokenize::word_piece::from_vocabulary(v->tokens, true),
             cased = tokenize::word_piece::from_vocabulary(v->tokens, false);
  REQUIRE((uncased && cased));
  for (auto const& row : golden()) {
    auto const text = row["text"].get<std::string>();
    INFO(text);
    std::vector<std::int32_t> ids;
    uncased->encode(text, ids);
    CHECK(ids == row["word_piece"].get<std::vector<std::int32_t>>());
    ids.clear();
    cased->encode(text, ids);
    CHECK(ids == row["cased"].get<std::vector<std::int32_t>>());
  }
}

// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/io/sentence_piece.hpp>

#include <string>
#include <vector>

#ifdef SNOWCODER_SENTENCE_PIECE
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>

#include <sentencepiece_trainer.h>

using namespace snowcoder;

namespace {
/// Lines for the library's trainer.
class lines final : public sentencepiece::SentenceIterator {
 public:
  explicit lines(std::vector<std::string> all) : all_(std::move(all)) {}
  bool done() const override { return at_ == all_.size(); }
  void Next() override { ++at_; }
  std::string const& value() const override { return all_[at_]; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string> all_;
  std::size_t at_ = 0;
};
/// A model of the library's own making, byte fallback included.
std::string trained() {
  std::vector<std::string> text;
  for (int i = 0; i < 60; ++i)
    text.push_back("int value_" + std::to_string(i) + " = other(" + std::to_string(i * i) + ") + return_" +
                   std::to_string(i % 7));
  lines all(text);
  std::string model;
  auto const status = sentencepiece::SentencePieceTrainer::Train(
      "--model_type=bpe --vocab_size=360 --byte_fallback=true --hard_vocab_limit=false --minloglevel=2 --num_threads=1"
      " --normalization_rule_name=identity --remove_extra_whitespaces=false",
      &all, &model);
  REQUIRE(status.ok());
  return model;
}
}  // namespace

TEST_CASE("a SentencePiece model encodes as the library does and decodes to the text") {
  auto const bytes = trained();
  auto const model = io::sentence_piece::from_bytes(bytes);
  REQUIRE(model);
  sentencepiece::SentencePieceProcessor library;
  REQUIRE(library.LoadFromSerializedProto(bytes).ok());
  for (std::string const text : {"int value_3 = other(9)", "return  x;\n\tint y", "\xe6\x97\xa5 \xc3\xa9", ""}) {
    auto const ids = model->encode(text);
    CHECK(ids == library.EncodeAsIds(text));
    CHECK(model->decode(ids) == text);
  }
  CHECK(model->size() == library.GetPieceSize());
  temporary_folder folder;
  REQUIRE(io::write_file(folder / "m.model", bytes));
  CHECK(io::sentence_piece::open(folder / "m.model").value().encode("int") == model->encode("int"));
}

TEST_CASE("what is no SentencePiece model is refused") {
  CHECK(!io::sentence_piece::from_bytes("{}", "here"));
  CHECK(!io::sentence_piece::from_bytes("", "here"));
  CHECK(!io::sentence_piece::open("/nowhere.model"));
  CHECK(!io::sentence_piece::from_bytes(trained().substr(0, 100), "here"));
}

#else

TEST_CASE("SentencePiece models are tested where the library is") { WARN("skipped: the sentencepiece library was not found"); }

#endif

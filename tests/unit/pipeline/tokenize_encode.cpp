// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <snowcoder/io/atomic_file.hpp>
#include <snowcoder/pipeline/tokenize_decode.hpp>
#include <snowcoder/pipeline/tokenize_encode.hpp>
#include <snowcoder/tokenize/byte_pair_trainer.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <vector>

using namespace snowcoder;
namespace fs = std::filesystem;

namespace {
std::vector<token_id> encoded(fs::path const& tokenizer, fs::path const& in, pipeline::added_ids added) {
  pipeline::run_context run;
  auto const out = in.parent_path() / "out.bin";
  auto const done = pipeline::encode_file(run, {.tokenizer = tokenizer, .in = in, .out = out, .added = added});
  INFO((done ? "" : done.error().what));
  REQUIRE(done);
  auto const file = io::megatron_file::open(in.parent_path() / "out");
  REQUIRE(file);
  std::vector<token_id> ids;
  for (std::int64_t i = 0; i < file->sequences(); ++i) {
    auto const [first, length] = file->sequence(i);
    auto const before = ids.size();
    ids.resize(before + std::size_t(length));
    file->copy(first, std::span(ids).subspan(before));
    ids.push_back(-1);
  }
  return ids;
}
}  // namespace

TEST_CASE("encode takes a WordPiece file or folder: sentinels as text, as ids, and in the template", "[encode]") {
  temporary_folder const folder;
  auto const path = folder.path() / "model";
  fs::create_directory(path);
  REQUIRE(io::write_file(path / "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nreturn\nx\n[\n]\nse\n##p\n"));
  auto const rows = folder.path() / "in.jsonl", text = folder.path() / "in.txt";
  REQUIRE(io::write_file(rows, "{\"id\": \"a\", \"text\": \"return x\"}\n{\"id\": \"b\", \"text\": \"[SEP]x\"}\n"));
  REQUIRE(io::write_file(text, "return x[SEP]"));
  using enum pipeline::added_ids;
  using ids = std::vector<token_id>;
  for (auto const& tokenizer : {path, path / "vocab.txt"}) {
    CHECK(encoded(tokenizer, rows, none) == ids{5, 6, -1, 7, 9, 10, 8, 6, -1});
    CHECK(encoded(tokenizer, rows, sentinels) == ids{5, 6, -1, 3, 6, -1});
    CHECK(encoded(tokenizer, rows, from_template) == ids{2, 5, 6, 3, -1, 2, 3, 6, 3, -1});
    CHECK(encoded(tokenizer, text, none) == ids{5, 6, 7, 9, 10, 8, -1});
  }
}

TEST_CASE("a tokenizer that cannot be told or opened is refused by name", "[encode]") {
  temporary_folder const folder;
  auto const refused = [&](fs::path const& tokenizer, pipeline::added_ids added = pipeline::added_ids::none) {
    pipeline::run_context run;
    auto const in = folder.path() / "in.txt";
    REQUIRE(io::write_file(in, "x"));
    auto const done = pipeline::encode_file(run, {tokenizer, in, folder.path() / "out.bin", added});
    REQUIRE(!done);
    return done.error().what;
  };
  CHECK(refused(folder.path()).find("no tokenizer.json") != std::string::npos);
  auto const model = folder.path() / "m.model", json = folder.path() / "t.json";
  REQUIRE(io::write_file(model, "not a model"));
  CHECK(refused(model).find("SentencePiece") != std::string::npos);
  CHECK(refused(model, pipeline::added_ids::sentinels).find("sentinels") != std::string::npos);
  REQUIRE(io::write_file(
      json, R"({"model": {"type": "Unigram"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}})"));
  CHECK(refused(json).find("Unigram") != std::string::npos);
  REQUIRE(io::write_file(json, "{"));
  CHECK(refused(json).find("not a tokenizer.json") != std::string::npos);
}

TEST_CASE("what was encoded is decoded: rows, bytes that are no UTF-8, sentinels, and strange ids refused", "[encode]") {
  temporary_folder const folder;
  auto const json = folder.path() / "tokenizer.json", in = folder.path() / "in.txt", bin = folder.path() / "ids.bin",
             out = folder.path() / "out.txt";
  REQUIRE(io::write_tokenizer(json, tokenize::base_vocabulary("starcoder_split")));
  pipeline::run_context run;
  auto const round_trip = [&](fs::path const& from, fs::path const& to, bool sentinels = true) {
    REQUIRE(pipeline::encode_file(run, {.tokenizer = json, .in = from, .out = bin, .added = pipeline::added_ids::sentinels}));
    auto const done = pipeline::decode_file(run, {json, bin, to, sentinels});
    REQUIRE(done);
    auto const file = io::mapped_file::open(to);
    REQUIRE(file);
    return std::pair(*done, std::string(file->bytes()));
  };
  std::string const text = "int \xff\xfe<|endoftext|>\n\t\xc3\xa9";
  REQUIRE(io::write_file(in, text));
  CHECK(round_trip(in, out) == std::pair(pipeline::outcome::done, text));
  CHECK(round_trip(in, out, false).second == "int \xff\xfe\n\t\xc3\xa9");

  auto const row_of = [](std::string const& id, std::string const& t) { return io::to_line({{"id", id}, {"text", t}}) + "\n"; };
  auto const rows = folder.path() / "in.jsonl", rows_out = folder.path() / "out.jsonl";
  REQUIRE(io::write_file(rows, row_of("a", "x\u00e9 \"\n") + row_of("b", "<|endoftext|>y")));
  CHECK(round_trip(rows, rows_out) ==
        std::pair(pipeline::outcome::done, row_of("0", "x\u00e9 \"\n") + row_of("1", "<|endoftext|>y")));
  CHECK(round_trip(in, rows_out) == std::pair(pipeline::outcome::some_refused, std::string()));

  auto writer = io::megatron_writer::open(folder.path() / "ids", io::id_type::uint16);
  REQUIRE(writer);
  REQUIRE(writer->append(std::vector<token_id>{65, 300}));
  REQUIRE(writer->commit());
  auto const strange = pipeline::decode_file(run, {json, bin, out, true});
  REQUIRE(!strange);
  CHECK(strange.error().what.find("does not know") != std::string::npos);
}

// SPDX-License-Identifier: Apache-2.0
// What a finished quickstart computes, for tests/parity/compare.py to hold against transformers and tokenizers:
// quickstart RUN OUT writes
//   OUT/bpe.ids, bpe.lengths, word_piece.ids, word_piece.lengths   32-bit, every clean document in order
//   OUT/encoder.bin      (200, width) float32: [CLS] vectors of the first section of the first 200 documents
//   OUT/prompt.ids       the beginning of a document, 300 ids
//   OUT/logits.bin       (300, vocabulary) float32
//   OUT/greedy.ids       256 ids after the first 50 of the prompt, by the key-value cache
#include <snowcoder/annotate/embedder.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/text_model.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

using recipe = snowcoder::recipes::quickstart;
using namespace snowcoder;

namespace {

constexpr std::int64_t positions = 300, prompt = 50, generated = 256;
constexpr std::size_t embedded = 200;

template <class T>
expected<void> write(std::filesystem::path const& path, std::vector<T> const& values) {
  return io::write_file(path, {reinterpret_cast<char const*>(values.data()), values.size() * sizeof(T)});
}

template <class Tokenizer>
expected<void> write_ids(std::filesystem::path const& prefix, Tokenizer const& tokenizer,
                         std::vector<document> const& documents) {
  std::vector<std::int32_t> ids, lengths;
  for (auto const& d : documents) {
    auto const before = ids.size();
    tokenizer.encode(d.text, ids);
    lengths.push_back(std::int32_t(ids.size() - before));
  }
  SNOWCODER_CHECK(write(prefix.string() + ".ids", ids));
  return write(prefix.string() + ".lengths", lengths);
}

expected<void> write_model(std::filesystem::path const& run, std::filesystem::path const& out,
                           std::vector<document> const& documents) {
  SNOWCODER_TRY(auto const codec, pipeline::open_tokenizer<recipe>(run / "tokenizer.json"));
  SNOWCODER_CHECK(write_ids(out / "bpe", codec, documents));
  std::vector<std::int32_t> ids;
  for (auto const& d : documents)
    if (ids.clear(), codec.encode(d.text, ids); std::int64_t(ids.size()) >= positions) break;
  ids.resize(std::size_t(positions));
  SNOWCODER_CHECK(write(out / "prompt.ids", ids));
  SNOWCODER_TRY(auto const from, io::checkpoint::open(run / "checkpoints" / "synthetic" / "final"));
  SNOWCODER_TRY(auto const weights, pipeline::load_weights<recipe>(from));
  std::vector<float> logits(std::size_t(positions * recipe::model.vocabulary));
  cpu::device device(2);
  {
    nn::decoder<recipe, cpu::device, float> model(device, 1);
    model.load(weights.data());
    model.logits({ids.data(), 1, positions}, logits.data());
  }
  SNOWCODER_CHECK(write(out / "logits.bin", logits));
  pipeline::text_model<recipe, cpu::device, float> model(device, from, weights);
  auto conversation = model.conversations(1);
  std::vector<std::int32_t> greedy;
  auto next = conversation.append(std::span(ids).first(std::size_t(prompt)));
  while (std::int64_t(greedy.size()) < generated) {
    greedy.push_back(std::int32_t(std::max_element(next.begin(), next.end()) - next.begin()));
    next = conversation.append(std::span(greedy).last(1));
  }
  return write(out / "greedy.ids", greedy);
}

expected<pipeline::outcome> write_all(std::filesystem::path const& run, std::filesystem::path const& out) {
  SNOWCODER_TRY(auto const documents, io::read_documents(run / "clean"));
  SNOWCODER_CHECK(write_model(run, out, documents));
  pipeline::run_context context;
  context.threads = 2;
  return pipeline::with_encoder<recipe>(
      context, run / "fetched" / "encoder", "f32", "cpu", [&](auto& session) -> expected<pipeline::outcome> {
        SNOWCODER_CHECK(write_ids(out / "word_piece", session.tokenizer, documents));
        std::vector<std::string_view> texts;
        for (std::size_t i = 0; i < std::min(embedded, documents.size()); ++i) texts.push_back(documents[i].text);
        thread_pool pool(2);
        std::vector<float> vectors;
        for (auto const& one : annotate::embed_texts(std::span<std::string_view const>(texts), session.tokenizer,
                                                     session.encoder, pool, config::sections::head, recipe::annotator.section))
          vectors.insert(vectors.end(), one.vectors.begin(), one.vectors.end());
        SNOWCODER_CHECK(write(out / "encoder.bin", vectors));
        return pipeline::outcome::done;
      });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: quickstart RUN OUT\n", stderr), 2;
  std::filesystem::create_directories(argv[2]);
  auto const done = write_all(argv[1], argv[2]);
  if (!done) std::fputs((done.error().message() + "\n").c_str(), stderr);
  return done ? 0 : 1;
}

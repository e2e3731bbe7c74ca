// SPDX-License-Identifier: Apache-2.0
// How well a checkpoint foresees a text, as a score: bits per byte with the sign turned, so that what the model finds likely
// ranks high (perplexity filters; the tokenizer's word boundaries do not matter to bits per byte).
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/evaluate/bits_per_byte.hpp>
#include <snowcoder/io/checkpoint_file.hpp>
#include <snowcoder/io/content_hash.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/nn/decoder.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/training_checkpoint.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

class perplexity_scorer {
 public:
  /// bits(document) gives bits per byte; it must outlive the scorer.
  explicit perplexity_scorer(std::function<double(document const&)> const& bits) : bits_(&bits) {}

  std::vector<std::string> names() const { return {"perplexity"}; }
  /// An empty text counts as noise: eight bits a byte.
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1);
    for (auto const& d : page) {
      score s;
      s.id = d.id;
      s.value = d.text.empty() ? -8.0 : -(*bits_)(d);
      all[0].push_back(std::move(s));
    }
    return all;
  }

 private:
  std::function<double(document const&)> const* bits_;
};
static_assert(annotate::scorer<perplexity_scorer>);

/// Calls use(bits, settings) with a function that measures a document under `checkpoint`, in f32, and with what decides its
/// values. Only the first `tokens` tokens of a text are read (0: all), their bits over their bytes.
template <config::recipe R, class Use>
expected<outcome> with_perplexity(run_context& run, std::filesystem::path const& checkpoint,
                                  std::filesystem::path const& tokenizer, std::int64_t tokens, Use const& use) {
  SNOWCODER_TRY(auto const from, io::checkpoint::open(checkpoint));
  SNOWCODER_TRY(auto const spelling, tokenizer_of(from, tokenizer));
  SNOWCODER_TRY(auto const codec, open_tokenizer<R>(spelling));
  SNOWCODER_TRY(auto const content, io::content_hash(spelling));
  SNOWCODER_TRY(auto const weights, load_weights<R>(from));
  cpu::device device(run.threads);
  nn::decoder<R, cpu::device, float> model(device, 1);
  model.load(weights.data());
  std::function<double(document const&)> const bits = [&](document const& d) {
    auto ids = tokenize::encode_document(codec, R::notebooks, d.language, d.text);
    auto bytes = std::int64_t(d.text.size());
    if (tokens > 0 && std::int64_t(ids.size()) > tokens) {
      ids.resize(std::size_t(tokens));
      bytes = std::int64_t(codec.decode(ids).size());
    }
    return evaluate::measure(model, ids, bytes, R::model.context).bits_per_byte();
  };
  return use(bits, io::json{{"weights", from.checksum(io::model_part)}, {"tokenizer", content.hex()}, {"tokens", tokens}});
}

}  // namespace snowcoder::pipeline

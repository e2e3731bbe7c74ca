// SPDX-License-Identifier: Apache-2.0
// The annotator's encoder, ready to work on the CPU: a BERT-family folder checked against the recipe, its tokenizer and its
// weights in the precision asked for.
#pragma once

#include <snowcoder/backend/cpu/encoder_backend.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/encoder_folder.hpp>
#include <snowcoder/io/word_piece_file.hpp>
#include <snowcoder/nn/encoder.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/tokenize/word_piece.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::pipeline {

/// Tokens that go through the encoder at once: work for every thread, and few enough that what one layer leaves is still in the
/// caches for the next (int8 at MiniLM's shape: an eighth less time than with 4096). Vectors do not depend on it.
inline std::int64_t encoder_batch_tokens(int threads) { return std::clamp<std::int64_t>(1024 * threads, 1024, 32768); }

template <config::recipe R, class T>
struct encoder_session {
  using encoder_type = nn::encoder<R, cpu::device, T>;
  cpu::device& device;
  tokenize::word_piece tokenizer;
  encoder_type encoder;
  std::string hash;  ///< io::encoder_folder::content_hash, and the precision
};

/// Calls use(session) with the encoder of `folder`; `precision` is f32, bf16 or int8.
template <config::recipe R, class Use>
expected<outcome> with_encoder(run_context& run, std::filesystem::path const& folder, std::string_view precision,
                               Use const& use) {
  SNOWCODER_TRY(auto files, io::encoder_folder::open(folder));
  SNOWCODER_CHECK(files.matches(R::encoder));
  if (auto const pool = files.pooling(); pool && *pool != R::encoder.pool)
    run.say("note: the folder says pooling by " + std::string(name_of(*pool)) + ", the recipe takes " +
            std::string(name_of(R::encoder.pool)));
  SNOWCODER_TRY(auto const hash, files.content_hash());
  SNOWCODER_TRY(auto const vocabulary, io::read_word_piece(folder));
  if (vocabulary.tokens.size() > std::size_t(R::encoder.vocabulary))
    return failure("vocabulary of " + std::to_string(vocabulary.tokens.size()) + " tokens for an encoder of " +
                       std::to_string(R::encoder.vocabulary),
                   folder.string(), "vocabulary and weights must be of one model");
  auto tokenizer = tokenize::word_piece::from_vocabulary(vocabulary);
  if (!tokenizer) return failure(std::move(tokenizer).error());
  cpu::device device(run.threads);
  auto const go = [&]<class T>(T) -> expected<outcome> {
    SNOWCODER_TRY(auto weights, nn::encoder_weights<R, cpu::device, T>::load(device, files));
    encoder_session<R, T> session{device,
                                  std::move(*tokenizer),
                                  {device, std::move(weights), encoder_batch_tokens(run.threads)},
                                  hash.hex() + (precision == "f32" ? "" : "-" + std::string(precision))};
    return use(session);
  };
  if (precision == "int8") return go(std::int8_t());
  return precision == "bf16" ? go(bfloat16()) : go(0.0f);
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// What a narrower precision costs on the texts at hand: the vectors of a few sections beside those in f32.
#pragma once

#include <snowcoder/annotate/embedder.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

/// {"sections", "cosine_least", "cosine_mean"} of the session's vectors to f32, for the first section of up to `most` texts.
/// Loads the encoder once more, in f32, for as long as that takes.
template <config::recipe R, class Session>
expected<io::json> encoder_accuracy(Session& session, std::filesystem::path const& folder,
                                    std::span<std::string_view const> texts, int section, std::size_t most = 16) {
  SNOWCODER_TRY(auto files, io::encoder_folder::open(folder));
  using backend = typename Session::backend;
  SNOWCODER_TRY(auto weights, nn::encoder_weights<R, backend, float>::load(session.device, files));
  auto& pool = session.threads.pool();
  nn::encoder<R, backend, float> exact(session.device, std::move(weights), encoder_batch_tokens<backend>(pool.threads()));
  auto const sample = texts.subspan(0, std::min(most, texts.size()));
  auto const vectors = [&](auto& encoder) {
    return annotate::embed_texts(sample, session.tokenizer, encoder, pool, config::sections::head, section);
  };
  auto const ours = vectors(session.encoder), theirs = vectors(exact);
  double least = 1, sum = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t j = 0; j < ours[i].vectors.size(); ++j) {
      double const a = double(ours[i].vectors[j]), b = double(theirs[i].vectors[j]);
      ab += a * b, aa += a * a, bb += b * b;
    }
    double const cosine = std::isfinite(ab) && aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
    least = std::min(least, cosine);
    sum += cosine;
  }
  return io::json{{"sections", sample.size()},
                  {"cosine_least", least},
                  {"cosine_mean", sample.empty() ? 1.0 : sum / double(sample.size())}};
}

}  // namespace snowcoder::pipeline

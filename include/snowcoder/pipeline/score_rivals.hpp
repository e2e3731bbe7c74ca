// SPDX-License-Identifier: Apache-2.0
// The scorers that an annotator is compared with, by the names of `annotate score --scorer`: all go through the same files and
// the same budget code.
#pragma once

#include <snowcoder/annotate/heuristic_scorer.hpp>
#include <snowcoder/annotate/ngram_file.hpp>
#include <snowcoder/annotate/ngram_scorer.hpp>
#include <snowcoder/annotate/random_scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/score_column.hpp>
#include <snowcoder/pipeline/score_perplexity.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

struct rival_options {
  std::string scorer;                           ///< empty: none; or random, heuristics, ngram, perplexity, column
  std::filesystem::path model;                  ///< ngram: a file of `annotate ngram`
  std::filesystem::path checkpoint, tokenizer;  ///< perplexity
  std::int64_t tokens = 2048;                   ///< perplexity: of the beginning of a file; 0: all
  std::filesystem::path column;                 ///< column: JSON lines of {"id", field}
  std::string field = "value";
};

/// The flag that a rival needs and was not given; empty if there is none.
inline std::string missing_flag(rival_options const& o) {
  if (o.scorer == "ngram" && o.model.empty()) return "--model FILE, for --scorer ngram";
  if (o.scorer == "perplexity" && o.checkpoint.empty()) return "--checkpoint DIR, for --scorer perplexity";
  if (o.scorer == "column" && o.column.empty()) return "--column FILE, for --scorer column";
  return {};
}

/// Calls use(make, settings): make() gives a scorer, `settings` what decides its values besides the documents.
template <config::recipe R, class Use>
expected<outcome> with_rival(run_context& run, rival_options const& o, Use const& use) {
  if (o.scorer == "random") {
    auto const seed = annotator_seed<R>(run);
    return use([&] { return annotate::random_scorer(seed); }, io::json{{"scorer", o.scorer}, {"seed", seed}});
  }
  if (o.scorer == "heuristics")
    return use([] { return annotate::heuristic_scorer(); }, io::json{{"scorer", o.scorer}, {"seed", 0}});
  if (auto const flag = missing_flag(o); !flag.empty()) return failure("missing: " + flag, "--scorer");
  if (o.scorer == "perplexity")
    return with_perplexity<R>(run, o.checkpoint, o.tokenizer, o.tokens, [&](auto const& bits, io::json settings) {
      settings["scorer"] = o.scorer;
      return use([&] { return perplexity_scorer(bits); }, std::move(settings));
    });
  SNOWCODER_TRY(auto const content, content_hash(o.scorer == "column" ? o.column : o.model));
  if (o.scorer == "column") {
    SNOWCODER_TRY(auto const column, column_scorer::open(o.column, o.field));
    return use([&] { return column; }, io::json{{"scorer", o.scorer}, {"column", content.hex()}, {"field", o.field}});
  }
  SNOWCODER_TRY(auto const stored, annotate::read_ngrams(o.model));
  thread_pool pool(run.threads);
  return use([&] { return annotate::ngram_scorer(stored.model, pool); },
             io::json{{"scorer", o.scorer}, {"model", content.hex()}});
}

}  // namespace snowcoder::pipeline

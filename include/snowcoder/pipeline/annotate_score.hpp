// SPDX-License-Identifier: Apache-2.0
// `annotate score`: the heads' scores of every document in one pass of the encoder, or those of a rival.
#pragma once

#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/section_scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/score_documents.hpp>
#include <snowcoder/pipeline/score_rivals.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct score_options {
  std::filesystem::path encoder, in;
  std::vector<std::filesystem::path> heads;
  std::vector<std::string> names;  ///< of the attributes; empty: the head files' names
  rival_options rival;             ///< a scorer instead of heads
  std::string precision = "f32", device = "cpu";
};

namespace detail {

/// Heads that fit the encoder, all trained with its vectors.
inline expected<std::vector<annotate::stored_head>> read_heads(std::vector<std::filesystem::path> const& files,
                                                               std::string const& encoder) {
  std::vector<annotate::stored_head> all;
  for (auto const& f : files) {
    SNOWCODER_TRY(auto h, annotate::read_head(f));
    if (h.encoder != encoder)
      return failure(
          "the head was trained with vectors of " + encoder_words(h.encoder) + ", and this is " + encoder_words(encoder),
          f.string(), "give that --encoder, --precision and --device, or train a head with vectors of these");
    all.push_back(std::move(h));
  }
  return all;
}
inline io::json json_of_section_rule(config::annotator const& a) {
  return {{"sections", name_of(a.scored)}, {"section", a.section}, {"average", name_of(a.average)}};
}

}  // namespace detail

template <config::recipe R>
expected<outcome> score(run_context& run, score_options const& options) {
  config::annotator const settings = R::annotator;
  if (!options.rival.scorer.empty())
    return with_rival<R>(run, options.rival, [&](auto const& make, io::json about) {
      wanted_score const w{options.names.empty() ? options.rival.scorer : options.names.front(), std::move(about)};
      return score_documents<R>(run, options.in, {w}, [&](auto const&) { return make(); });
    });
  return with_encoder<R>(run, options.encoder, options.precision, options.device, [&](auto& session) -> expected<outcome> {
    SNOWCODER_TRY(auto const heads, detail::read_heads(options.heads, session.hash));
    std::vector<wanted_score> wanted;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      auto const name = i < options.names.size() ? options.names[i] : options.heads[i].stem().string();
      for (auto const& w : wanted)
        if (w.name == name)
          return failure("two heads would write the attribute " + name, options.heads[i].string(), "give each a --name");
      auto about = detail::json_of_section_rule(settings);
      SNOWCODER_TRY(auto const hash, content_hash(options.heads[i]));
      about.update({{"encoder", session.hash},
                    {"head", hash.hex()},
                    {"annotator", name_of(heads[i].trained.recipe)},
                    {"shape", name_of(heads[i].trained.shape)}});
      wanted.push_back({name, std::move(about)});
    }
    return score_documents<R>(run, options.in, wanted, [&](std::vector<std::size_t> const& indices) {
      std::vector<annotate::named_head> chosen;
      for (auto i : indices) chosen.push_back({wanted[i].name, heads[i].trained});
      return annotate::section_scorer(session.tokenizer, session.encoder, session.threads.pool(), std::move(chosen), settings);
    });
  });
}

}  // namespace snowcoder::pipeline

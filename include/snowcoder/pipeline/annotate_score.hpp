// SPDX-License-Identifier: Apache-2.0
// `annotate score`: the heads' scores of every document in one pass of the encoder, or a scorer without a model. `annotate
// auc`: how well heads tell benchmark solutions from documents that no head was trained on (paper Figure 2).
#pragma once

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/head_file.hpp>
#include <snowcoder/annotate/heuristic_scorer.hpp>
#include <snowcoder/annotate/random_scorer.hpp>
#include <snowcoder/annotate/section_scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/score_documents.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
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
  std::string scorer;              ///< "random" or "heuristics" instead of heads
  std::string precision = "f32";
};

struct auc_options {
  std::filesystem::path encoder, in, out;
  std::vector<std::filesystem::path> heads, benchmarks;
  std::int64_t negatives = 2000;  ///< documents at most
  std::string precision = "f32";
};

namespace detail {

/// Heads that fit the encoder, all trained with its vectors.
inline expected<std::vector<annotate::stored_head>> read_heads(std::vector<std::filesystem::path> const& files,
                                                               std::string const& encoder) {
  std::vector<annotate::stored_head> all;
  for (auto const& f : files) {
    SNOWCODER_TRY(auto h, annotate::read_head(f));
    if (h.encoder != encoder)
      return failure("head was trained with vectors of another encoder or precision", f.string(),
                     "train it with vectors of this --encoder and --precision");
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
  if (!options.scorer.empty()) {
    auto const seed = annotator_seed<R>(run);
    bool const random = options.scorer == "random";
    wanted_score const w{options.names.empty() ? options.scorer : options.names.front(),
                         {{"scorer", options.scorer}, {"seed", random ? seed : 0}}};
    if (random) return score_documents<R>(run, options.in, {w}, [&](auto const&) { return annotate::random_scorer(seed); });
    return score_documents<R>(run, options.in, {w}, [](auto const&) { return annotate::heuristic_scorer(); });
  }
  return with_encoder<R>(run, options.encoder, options.precision, [&](auto& session) -> expected<outcome> {
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
      return annotate::section_scorer(session.tokenizer, session.encoder, session.device.pool(), std::move(chosen), settings);
    });
  });
}

namespace detail {

/// Up to `count` documents that no head with this seed has seen, in the order of a draw.
inline expected<std::vector<document>> unseen_documents(std::filesystem::path const& in, std::int64_t count,
                                                        std::uint64_t seed) {
  struct drawn {
    std::uint64_t key;
    hash128 content;
    document text;
  };
  std::vector<drawn> kept;
  draws const order("auc negatives", seed);
  auto const trim = [&] {
    std::sort(kept.begin(), kept.end(), [](drawn const& a, drawn const& b) {
      return std::tie(a.key, a.content, a.text.id) < std::tie(b.key, b.content, b.text.id);
    });
    auto const same = [](drawn const& a, drawn const& b) { return a.content == b.content; };
    kept.erase(std::unique(kept.begin(), kept.end(), same), kept.end());
    if (std::int64_t(kept.size()) > count) kept.erase(kept.begin() + count, kept.end());
  };
  SNOWCODER_CHECK(io::for_each_document(in, [&](std::string const&, document&& d) -> expected<void> {
    auto const content = d.content_hash();
    if (!annotate::reserved_for_auc(content, seed)) return {};
    kept.push_back({order(content.high, content.low), content, std::move(d)});
    if (std::int64_t(kept.size()) > 2 * count + 64) trim();
    return {};
  }));
  trim();
  std::vector<document> texts;
  for (auto& k : kept) texts.push_back(std::move(k.text));
  return texts;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> measure_auc(run_context& run, auc_options const& options) {
  config::annotator const settings = R::annotator;
  return with_encoder<R>(run, options.encoder, options.precision, [&](auto& session) -> expected<outcome> {
    auto stamp = provenance::of<R>("annotate auc", {{"encoder", session.hash}, {"negatives", options.negatives}});
    for (auto const* files : {&options.heads, &options.benchmarks})
      for (auto const& f : *files) SNOWCODER_CHECK(stamp.add_input(f));
    SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.in)));
    auto const stamp_path = std::filesystem::path(options.out).replace_extension().string() + ".provenance.json";
    if (stamp.finished(stamp_path) && std::filesystem::exists(options.out)) {
      run.say("already done: " + options.out.string());
      return outcome::done;
    }
    SNOWCODER_TRY(auto const heads, detail::read_heads(options.heads, session.hash));
    std::vector<annotate::named_head> named;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (heads[i].seed != heads.front().seed)
        return failure("heads were trained with different seeds", options.heads[i].string(),
                       "give heads whose unseen documents are the same");
      named.push_back({options.heads[i].stem().string(), heads[i].trained});
    }
    auto const seed = heads.front().seed;
    SNOWCODER_TRY(auto const unseen, detail::unseen_documents(options.in, options.negatives, seed));
    if (unseen.empty())
      return failure("no document is unseen in training", options.in.string(), "one in ten is kept apart: give more documents");
    annotate::section_scorer scorer(session.tokenizer, session.encoder, session.device.pool(), named, settings,
                                    [&](std::int64_t n) { run.bar.advance(n); });
    run.bar.begin("auc", "sections", 0);
    auto const values = [&](std::vector<document> const& documents) {
      std::vector<std::vector<double>> all(named.size());
      for (std::size_t first = 0; first < documents.size(); first += std::size_t(page_texts)) {
        auto const page = std::span(documents).subspan(first, std::min(std::size_t(page_texts), documents.size() - first));
        auto const scores = scorer.score_page(page);
        for (std::size_t h = 0; h < named.size(); ++h)
          for (auto const& s : scores[h]) all[h].push_back(s.value);
      }
      return all;
    };
    auto const negatives = values(unseen);
    io::json rows = io::json::array();
    for (auto const& file : options.benchmarks) {
      SNOWCODER_TRY(auto const tasks, io::read_benchmark(file));
      std::vector<document> solutions;
      for (auto const& t : tasks) {
        if (t.solution.empty()) continue;
        document d;
        d.id = t.id;
        d.text = R::evaluation.positives == config::auc_text::file ? t.prompt + t.solution : t.solution;
        solutions.push_back(std::move(d));
      }
      if (solutions.empty()) return failure("benchmark without solutions", file.string());
      auto const positives = values(solutions);
      for (std::size_t h = 0; h < named.size(); ++h) {
        auto const e = annotate::auc_with_interval(positives[h], negatives[h], seed);
        rows.push_back({{"benchmark", io::benchmark_name(file)},
                        {"head", named[h].name},
                        {"annotator", name_of(named[h].trained.recipe)},
                        {"auc", e.value},
                        {"low", e.low},
                        {"high", e.high},
                        {"positives", e.positives},
                        {"negatives", e.negatives}});
        run.say(fmt::format("{} {}: AUC {:.4f} [{:.4f}, {:.4f}] of {} solutions against {} unseen documents",
                            io::benchmark_name(file), named[h].name, e.value, e.low, e.high, e.positives, e.negatives));
      }
    }
    SNOWCODER_CHECK(io::write_json(options.out, {{"encoder", session.hash},
                                                 {"fingerprint", config::fingerprint<R>.hex()},
                                                 {"seed", seed},
                                                 {"positives", name_of(R::evaluation.positives)},
                                                 {"results", std::move(rows)}}));
    SNOWCODER_CHECK(stamp.write(stamp_path, {{"unseen_documents", unseen.size()}}));
    return outcome::done;
  });
}

}  // namespace snowcoder::pipeline

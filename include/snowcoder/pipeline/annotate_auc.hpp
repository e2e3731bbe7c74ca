// SPDX-License-Identifier: Apache-2.0
// `annotate auc`: how well heads, or a rival, tell benchmark solutions from documents that nothing was trained on (paper
// Figure 2), with bootstrap intervals, for every suite.
#pragma once

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/annotate/section_scorer.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/annotate_score.hpp>
#include <snowcoder/pipeline/open_encoder.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/score_documents.hpp>
#include <snowcoder/pipeline/score_rivals.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct auc_options {
  std::filesystem::path encoder, in, out;
  std::vector<std::filesystem::path> heads, benchmarks;
  rival_options rival;            ///< instead of heads
  std::int64_t negatives = 2000;  ///< documents at most
  std::string precision = "f32", device = "cpu";
};

namespace detail {

/// Up to `count` documents that no head with this seed has seen, in the order of a draw.
inline expected<std::vector<document>> unseen_documents(std::filesystem::path const& in, std::int64_t count, std::uint64_t seed,
                                                        io::reject_writer& rejects) {
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
  SNOWCODER_CHECK(io::for_each_document(
      in,
      [&](document&& d) -> expected<void> {
        auto const content = d.content_hash();
        if (!annotate::reserved_for_auc(content, seed)) return {};
        kept.push_back({order(content.high, content.low), content, std::move(d)});
        if (std::int64_t(kept.size()) > 2 * count + 64) trim();
        return {};
      },
      [&](std::string place, std::string why) {
        return rejects.add({std::move(place), "annotate", "not_a_document", std::move(why)});
      }));
  trim();
  std::vector<document> texts;
  for (auto& k : kept) texts.push_back(std::move(k.text));
  return texts;
}

/// The values of `scorer`, one list for each of its names.
template <annotate::scorer Scorer>
expected<std::vector<std::vector<double>>> values_of(Scorer& scorer, std::size_t names, std::span<document const> documents) {
  std::vector<std::vector<double>> all(names);
  for (std::size_t first = 0; first < documents.size(); first += std::size_t(page_texts)) {
    auto const page = documents.subspan(first, std::min(std::size_t(page_texts), documents.size() - first));
    auto const scores = scorer.score_page(page);
    for (std::size_t n = 0; n < names; ++n)
      for (auto const& s : scores[n]) {
        if (s.sections > 0 && !std::isfinite(s.value)) return not_finite(s);
        all[n].push_back(s.value);
      }
  }
  return all;
}

/// The solutions of a benchmark file as documents.
template <config::recipe R>
expected<std::vector<document>> solutions_of(std::filesystem::path const& file) {
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
  return solutions;
}

struct measured_scorer {
  std::string name, annotator;
};

/// Measures every name of `scorer` on every suite and writes the results. `about` says what decides the values.
template <config::recipe R, annotate::scorer Scorer>
expected<outcome> write_auc(run_context& run, auc_options const& options, Scorer& scorer,
                            std::vector<measured_scorer> const& named, std::uint64_t seed, io::json about) {
  auto settings = about;
  settings["negatives"] = options.negatives;
  auto stamp = provenance::of<R>("annotate auc", std::move(settings));
  for (auto const* files : {&options.heads, &options.benchmarks})
    for (auto const& f : *files) SNOWCODER_CHECK(stamp.add_input(f));
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.in), run.threads));
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;
  io::reject_writer rejects(io::rejects_beside(options.out));
  SNOWCODER_TRY(auto const unseen, unseen_documents(options.in, options.negatives, seed, rejects));
  if (unseen.empty())
    return failure("no document is unseen in training", options.in.string(), "one in ten is kept apart: give more documents");
  SNOWCODER_TRY(auto const negatives, values_of(scorer, named.size(), unseen));
  io::json rows = io::json::array();
  for (auto const& file : options.benchmarks) {
    SNOWCODER_TRY(auto const solutions, solutions_of<R>(file));
    SNOWCODER_TRY(auto const positives, values_of(scorer, named.size(), solutions));
    for (std::size_t h = 0; h < named.size(); ++h) {
      auto const e = annotate::auc_with_interval(positives[h], negatives[h], seed);
      rows.push_back({{"benchmark", io::benchmark_name(file)},
                      {"head", named[h].name},
                      {"annotator", named[h].annotator},
                      {"auc", e.value},
                      {"low", e.low},
                      {"high", e.high},
                      {"positives", e.positives},
                      {"negatives", e.negatives}});
      run.say(fmt::format("{} {}: AUC {:.4f} [{:.4f}, {:.4f}] of {} solutions against {} unseen documents",
                          io::benchmark_name(file), named[h].name, e.value, e.low, e.high, e.positives, e.negatives));
    }
  }
  about.update({{"fingerprint", config::fingerprint<R>.hex()},
                {"seed", seed},
                {"positives", name_of(R::evaluation.positives)},
                {"results", std::move(rows)}});
  io::json const counts{{"unseen_documents", unseen.size()}, {"refused", rejects.rows()}};
  SNOWCODER_CHECK(stamp.write_file(options.out, counts, [&]() -> expected<void> {
    SNOWCODER_CHECK(io::write_json(options.out, about));
    return rejects.commit();
  }));
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> measure_auc(run_context& run, auc_options const& options) {
  config::annotator const settings = R::annotator;
  if (options.rival.scorer == "column")
    return failure("a column has no scores for benchmark solutions", "--scorer column", "measure a scorer that reads texts");
  if (!options.rival.scorer.empty())
    return with_rival<R>(run, options.rival, [&](auto const& make, io::json about) {
      auto scorer = make();
      return detail::write_auc<R>(run, options, scorer, {{options.rival.scorer, "rival"}}, annotator_seed<R>(run),
                                  std::move(about));
    });
  return with_encoder<R>(run, options.encoder, options.precision, options.device, [&](auto& session) -> expected<outcome> {
    SNOWCODER_TRY(auto const heads, detail::read_heads(options.heads, session.hash));
    std::vector<annotate::named_head> trained;
    std::vector<detail::measured_scorer> named;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (heads[i].seed != heads.front().seed)
        return failure("heads were trained with different seeds", options.heads[i].string(),
                       "give heads whose unseen documents are the same");
      auto const name = options.heads[i].stem().string();
      trained.push_back({name, heads[i].trained});
      named.push_back({name, std::string(name_of(heads[i].trained.recipe))});
    }
    run.bar.begin("auc", "sections", 0);
    annotate::section_scorer scorer(session.tokenizer, session.encoder, session.threads.pool(), std::move(trained), settings,
                                    [&](std::int64_t n) { run.bar.advance(n); });
    return detail::write_auc<R>(run, options, scorer, named, heads.front().seed, {{"encoder", session.hash}});
  });
}

}  // namespace snowcoder::pipeline

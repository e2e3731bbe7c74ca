// SPDX-License-Identifier: Apache-2.0
// `annotate ngram`: a linear n-gram model from positives (documents, source files or instructions) and as many documents of the
// corpus, drawn like the negatives of a head, so that both can be measured against the same unseen documents.
#pragma once

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/ngram_file.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/annotate_texts.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct ngram_options {
  std::vector<std::filesystem::path> positives;
  std::filesystem::path negatives, out;
  annotate::ngram_settings settings;
};

namespace detail {

struct drawn_example {
  std::uint64_t draw;
  hash128 content;
  annotate::ngram_example example;
};

/// Distinct texts of `source` that `takes`, as features; what was taken before is left out, what is no text is refused.
template <class Takes>
expected<void> collect_ngrams(text_source const& source, config::positive_text how, annotate::ngram_settings const& s,
                              bool positive, draws const& order, thread_pool& pool, std::set<hash128>& taken,
                              std::vector<drawn_example>& out, io::reject_writer& rejects, Takes const& takes) {
  return for_each_text(source, how, [&](text_page& page) -> expected<void> {
    for (auto const& r : page.rejects) SNOWCODER_CHECK(rejects.add(r));
    std::vector<std::pair<hash128, std::string_view>> chosen;
    for (auto const& t : page.texts)
      if (auto const h = hash(t.text); takes(h) && taken.insert(h).second) chosen.emplace_back(h, t.text);
    auto const first = out.size();
    out.resize(first + chosen.size());
    pool.for_each_index(std::int64_t(chosen.size()), [&](std::int64_t i) {
      auto const& [h, text] = chosen[std::size_t(i)];
      out[first + std::size_t(i)] = {order(h.high, h.low), h, {annotate::ngrams_of(text, s), positive}};
    });
    return {};
  });
}

}  // namespace detail

template <config::recipe R>
expected<outcome> train_ngram_model(run_context& run, ngram_options const& o) {
  config::annotator const settings = R::annotator;
  auto const seed = annotator_seed<R>(run);
  auto const& s = o.settings;
  auto stamp = provenance::of<R>(
      "annotate ngram", {{"order", s.order}, {"bits", s.bits}, {"epochs", s.epochs}, {"rate", s.rate}, {"seed", seed}});
  for (auto const& p : o.positives) SNOWCODER_CHECK(stamp.add_input(p, run.threads));
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(o.negatives), run.threads));
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, o.out));
  if (before) return *before;

  thread_pool pool(run.threads);
  draws const order("annotator examples", seed);
  std::set<hash128> taken;
  std::vector<detail::drawn_example> examples;
  io::reject_writer rejects(io::rejects_beside(o.out));
  for (auto const& p : o.positives) {
    SNOWCODER_TRY(auto const source, find_texts(p, R::notebooks));
    SNOWCODER_CHECK(detail::collect_ngrams(source, settings.instruction, s, true, order, pool, taken, examples, rejects,
                                           [](hash128 const&) { return true; }));
  }
  auto const positives = std::int64_t(examples.size());
  if (positives == 0) return failure("no positives", o.positives.front().string());
  SNOWCODER_TRY(auto const corpus, find_texts(o.negatives, R::notebooks));
  if (corpus.kind != "document") return failure("negatives are documents of the corpus", o.negatives.string());
  auto const wanted = settings.negative_rule == config::negatives::match ? positives : settings.negative_count;
  SNOWCODER_TRY(auto const limit, detail::sample_limit(corpus, wanted, seed, settings.instruction));
  SNOWCODER_CHECK(detail::collect_ngrams(
      corpus, settings.instruction, s, false, order, pool, taken, examples, rejects,
      [&](hash128 const& h) { return !annotate::reserved_for_auc(h, seed) && order(h.high, h.low) <= limit; }));
  auto const negatives = std::int64_t(examples.size()) - positives;
  if (negatives == 0) return failure("no negatives", o.negatives.string(), "give documents of the corpus");
  std::sort(examples.begin(), examples.end(),
            [](auto const& a, auto const& b) { return std::tie(a.draw, a.content) < std::tie(b.draw, b.content); });

  // One in ten is held out, by its place in the draw.
  std::vector<annotate::ngram_example> training, held_out;
  auto const every = settings.held_out > 0 ? std::max<std::size_t>(2, std::size_t(1 / settings.held_out)) : examples.size() + 1;
  for (std::size_t i = 0; i < examples.size(); ++i)
    (i % every == every - 1 ? held_out : training).push_back(std::move(examples[i].example));
  run.bar.begin("train n-grams", "epochs", s.epochs);
  auto const model = annotate::train_ngrams(training, s, seed, [&](int epoch, double loss) {
    run.bar.advance();
    run.log.event("epoch", {{"epoch", epoch}, {"loss", loss}});
  });
  std::vector<double> yes, no;
  for (auto const& e : held_out) (e.positive ? yes : no).push_back(model.logit(e.text));
  double const auc = annotate::roc_auc(yes, no);
  io::json const quality = std::isfinite(auc) ? io::json(auc) : io::json(nullptr);
  io::json const about{{"recipe_name", R::name},     {"fingerprint", config::fingerprint<R>.hex()},
                       {"positives", positives},     {"negatives", negatives},
                       {"trained", training.size()}, {"held_out", {{"count", held_out.size()}, {"roc_auc", quality}}}};
  io::json const counts{{"positives", positives}, {"negatives", negatives}, {"refused", rejects.rows()}};
  SNOWCODER_CHECK(stamp.write_file(o.out, counts, [&]() -> expected<void> {
    SNOWCODER_CHECK(annotate::write_ngrams(o.out, {model, seed, about}));
    return rejects.commit();
  }));
  run.say(fmt::format("n-gram model: {} positives, {} negatives; held out {} texts, ROC-AUC {:.4f} ({})", positives, negatives,
                      held_out.size(), auc, o.out.string()));
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

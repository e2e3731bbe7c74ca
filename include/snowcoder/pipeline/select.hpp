// SPDX-License-Identifier: Apache-2.0
// The program `select`: scores of documents to a selection manifest. Tokens are counted by the model's tokenizer, or taken
// from an attribute; `random` is the paper's control arm, hashed scores through the same budget code. Candidates lie on disk
// in 56 bytes each and their ids beside them, so that memory does not grow with the corpus.
#pragma once

#include <snowcoder/annotate/random_scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/attribute_columns.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/row_file.hpp>
#include <snowcoder/io/scratch_file.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/io/value_bytes.hpp>
#include <snowcoder/pipeline/data_device.hpp>
#include <snowcoder/pipeline/document_map.hpp>
#include <snowcoder/pipeline/gpu_sieve.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/select/ranked_selection.hpp>
#include <snowcoder/tokenize/notebook.hpp>

#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace snowcoder::pipeline {

struct select_options {
  std::filesystem::path in, out, tokenizer;
  std::string scores, tokens;  ///< names of attributes
  double share = 0;            ///< 0: the recipe's
  std::string device = "cpu";  ///< or cuda: where the bounds of languages are found; the selection is the same
  bool random = false;
  std::int64_t memory = std::int64_t(1) << 30;  ///< bytes of candidates that are sorted at a time
};

namespace detail {

/// No document has more tokens; sums over any corpus stay within 64 bits.
inline constexpr double most_tokens = 0x1p40;

/// Candidates on disk, and their ids, which a row finds by its place.
class candidate_file {
 public:
  static expected<candidate_file> open(std::filesystem::path const& folder) {
    SNOWCODER_TRY(auto rows, io::row_file<select::ranked_row>::open(folder));
    SNOWCODER_TRY(auto ids, io::scratch_file::open(folder));
    return candidate_file(std::move(rows), std::move(ids));
  }
  expected<void> add(candidate const& c, config::mix_unit unit) {
    SNOWCODER_CHECK(rows_.append(select::row_of(c, unit, ids_.size())));
    auto const size = std::uint32_t(c.id.size());
    SNOWCODER_CHECK(ids_.append(io::bytes_of(size)));
    return ids_.append(c.id);
  }
  /// After the last add.
  expected<void> finish() {
    SNOWCODER_CHECK(ids_.flush());
    return rows_.finish();
  }
  std::uint64_t size() const { return rows_.rows(); }
  template <class Visit>
  expected<void> for_each(Visit&& visit) const {
    return rows_.for_each(visit);
  }
  expected<std::string> id_of(select::ranked_row const& row) const {
    std::string text(256, '\0');  // nearly always long enough, and then one read
    std::uint32_t size = 0;
    SNOWCODER_TRY(auto const got, ids_.read(row.place, text.data(), text.size()));
    if (got >= sizeof size) std::memcpy(&size, text.data(), sizeof size);
    if (got >= sizeof size + size) return text.substr(sizeof size, size);
    text.resize(size);
    SNOWCODER_TRY(auto const rest, ids_.read(row.place + sizeof size, text.data(), size));
    if (rest != size) return failure("a scratch file is shorter than what was written to it");
    return text;
  }

 private:
  candidate_file(io::row_file<select::ranked_row> rows, io::scratch_file ids) : rows_(std::move(rows)), ids_(std::move(ids)) {}
  io::row_file<select::ranked_row> rows_;
  io::scratch_file ids_;
};

}  // namespace detail

namespace detail {

/// The same rows whichever device finds the bounds.
template <class Store>
expected<select::ranked_selection<Store>> choose(candidate_file const& candidates, config::selection const& settings,
                                                 Store runs, select_options const& options) {
  using selection = select::ranked_selection<Store>;
#ifdef SNOWCODER_CUDA
  if (options.device == "cuda") try {
      cuda::device device;
      gpu_digit_counter counter(device);
      gpu_sieve sieve(settings, selection::excess(options.memory));
      SNOWCODER_CHECK(sieve.settle_by([&](auto& counts) { return counter.count(counts, candidates); }));
      return selection::of(candidates, settings, std::move(runs), options.memory, sieve);
    } catch (cuda::device_failure const& e) {
      return failure(e.reason());
    }
#endif
  return selection::of(candidates, settings, std::move(runs), options.memory);
}

}  // namespace detail

template <config::recipe R>
expected<outcome> select_documents(run_context& run, select_options const& options) {
  SNOWCODER_CHECK(check_device(options.device));
  config::selection settings = R::selection;
  if (options.share > 0) settings.share = options.share;
  auto const seed = run.seed ? run.seed : R::annotator.seed;
  auto const scorer = options.random ? std::string("random") : options.scores;
  bool const counts = !options.tokenizer.empty();
  if (settings.unit == config::mix_unit::tokens && !counts && options.tokens.empty())
    return failure("the recipe's budget is in tokens, and nothing says how many a document has", "--tokenizer",
                   "give --tokenizer FILE or --tokens NAME");

  auto stamp = provenance::of<R>(
      "select",
      {{"scores", scorer}, {"share", settings.share}, {"tokens", options.tokens}, {"seed", options.random ? seed : 0}});
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.in), run.threads));
  if (!options.random) {
    SNOWCODER_CHECK(stamp.add_input(options.in / "attributes" / options.scores, run.threads));
  }
  if (!options.tokens.empty()) {
    SNOWCODER_CHECK(stamp.add_input(options.in / "attributes" / options.tokens, run.threads));
  }
  if (counts) {
    SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  }
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;

  std::optional<tokenize::byte_pair<typename R::splitter>> tokenizer;
  if (counts) {
    SNOWCODER_TRY(tokenizer, open_tokenizer<R>(options.tokenizer));
  }
  std::optional<io::attribute_columns<1>> scores, tokens;
  if (!options.random) {
    SNOWCODER_TRY(scores, io::attribute_columns<1>::open(options.in, options.scores, {"value"}));
  }
  if (!options.tokens.empty()) {
    SNOWCODER_TRY(tokens, io::attribute_columns<1>::open(options.in, options.tokens, {"tokens"}));
  }
  annotate::random_scorer const hashed(seed);
  thread_pool pool(run.threads);
  auto const scratch = options.out.has_parent_path() ? options.out.parent_path() : std::filesystem::path(".");
  SNOWCODER_TRY(auto candidates, detail::candidate_file::open(scratch));
  io::reject_writer rejects(io::rejects_beside(options.out));
  std::int64_t uncounted = 0;
  SNOWCODER_TRY(auto const shards, io::document_shards(options.in));
  run.bar.begin("select", "documents", 0);
  for (auto const& shard : shards)
    SNOWCODER_CHECK(map_documents(
        shard, "select", pool,
        [&](document const& d) -> std::variant<reject, candidate> {
          candidate c{d.id, d.language, d.content_hash(), 0, 0, std::int64_t(d.text.size())};
          if (options.random) c.value = hashed.value(c.content);
          if (tokenizer)
            c.tokens = std::int64_t(tokenize::encode_document(*tokenizer, R::notebooks, d.language, d.text).size());
          return c;
        },
        [&](candidate c) -> expected<void> {
          run.bar.advance();
          auto const refuse = [&](char const* reason) { return rejects.add({c.id, "select", reason, {}}); };
          // Both columns are asked for every document, refused or not, so that both stay in step with the documents.
          std::array score{c.value}, count{double(c.tokens)};
          if (scores) {
            SNOWCODER_TRY(score, scores->find(c.id));
          }
          if (tokens) {
            SNOWCODER_TRY(count, tokens->find(c.id));
          }
          if (std::isnan(score[0])) return refuse("no_score");
          if (!(count[0] >= 0 && count[0] <= detail::most_tokens)) return ++uncounted, refuse("no_token_count");
          c.value = score[0];
          c.tokens = std::int64_t(count[0]);
          return candidates.add(c, settings.unit);
        },
        [&](reject const& r) { return rejects.add(r); }));
  SNOWCODER_CHECK(candidates.finish());
  if (candidates.size() == 0 && uncounted > 0)
    return failure("no document has a number \"tokens\"", (options.in / "attributes" / options.tokens).string(),
                   "give --tokens an attribute that has one, such as those of `annotate score --head`, or --tokenizer FILE");
  if (candidates.size() == 0)
    return failure("no document has a score", options.in.string(), "run `annotate score` on this folder first");

  using run_file = io::row_file<select::ranked_row>;
  SNOWCODER_TRY(auto runs, run_file::open(scratch));
  SNOWCODER_TRY(auto const chosen, detail::choose(candidates, settings, std::move(runs), options));
  io::json const about{{"recipe", R::name},
                       {"fingerprint", config::fingerprint<R>.hex()},
                       {"share", settings.share},
                       {"unit", name_of(settings.unit)},
                       {"edge", name_of(settings.edge)},
                       {"missing", name_of(settings.missing)}};
  SNOWCODER_TRY(auto manifest, io::selection_writer::open(options.out, scorer, about, chosen.cuts()));
  std::int64_t selected = 0;
  SNOWCODER_CHECK(chosen.for_each_chosen([&](select::ranked_row const& row) -> expected<void> {
    SNOWCODER_TRY(auto id, candidates.id_of(row));
    ++selected;
    return manifest.add({std::move(id), static_cast<config::language>(row.language), select::value_of(row.order), row.tokens});
  }));
  io::json const numbers{{"candidates", candidates.size()}, {"selected", selected}, {"refused", rejects.rows()}};
  SNOWCODER_CHECK(stamp.write_file(options.out, numbers, [&]() -> expected<void> {
    SNOWCODER_CHECK(manifest.commit());
    return rejects.commit();
  }));
  for (auto const& c : chosen.cuts())
    run.say(fmt::format("{:<18} {:>12} of {:>14} {} ({} of {} documents, score >= {:.4f}){}", config::title(c.language),
                        with_commas(c.kept), with_commas(c.available), name_of(settings.unit), c.documents_kept,
                        c.documents_available, c.threshold,
                        c.shortfall ? fmt::format(", {} short", with_commas(c.shortfall)) : ""));
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

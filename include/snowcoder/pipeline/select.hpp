// SPDX-License-Identifier: Apache-2.0
// The program `select`: scores of documents to a selection manifest. Tokens are counted by the model's tokenizer, or taken
// from an attribute; `random` is the paper's control arm, hashed scores through the same budget code.
#pragma once

#include <snowcoder/annotate/random_scorer.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/document_map.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/select/top_share.hpp>

#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

struct select_options {
  std::filesystem::path in, out, tokenizer;
  std::string scores, tokens;  ///< names of attributes
  double share = 0;            ///< 0: the recipe's
  bool random = false;
};

namespace detail {

inline std::optional<double> value_of(attributes const& a, std::string_view name) {
  for (auto const& [key, value] : a.values)
    if (key == name) return value;
  return {};
}

/// Rows of an attribute by document id. They stand in the order of the documents, so that the next row is nearly always the
/// one that is asked for; the index is made when it is not.
class attribute_rows {
 public:
  static expected<attribute_rows> open(std::filesystem::path const& dir, std::string const& name) {
    attribute_rows c;
    if (name.empty()) return c;
    SNOWCODER_TRY(c.rows_, io::read_attributes(dir, name));
    return c;
  }
  /// Null when there is no row of that id.
  attributes const* find(std::string const& id) {
    if (next_ < rows_.size() && rows_[next_].id == id) return &rows_[next_++];
    if (index_.empty())
      for (std::size_t i = 0; i < rows_.size(); ++i) index_.emplace(rows_[i].id, i);
    auto const found = index_.find(id);
    if (found == index_.end()) return nullptr;
    next_ = found->second + 1;
    return &rows_[found->second];
  }

 private:
  std::vector<attributes> rows_;
  std::unordered_map<std::string, std::size_t> index_;
  std::size_t next_ = 0;
};

}  // namespace detail

template <config::recipe R>
expected<outcome> select_documents(run_context& run, select_options const& options) {
  config::selection settings = R::selection;
  if (options.share > 0) settings.share = options.share;
  auto const seed = run.seed ? run.seed : R::annotator.seed;
  auto const scorer = options.random ? std::string("random") : options.scores;
  bool const counts = !options.tokenizer.empty();
  if (settings.unit == config::mix_unit::tokens && !counts && options.tokens.empty())
    return failure("the recipe's budget is in tokens, and nothing says how many a document has", "select",
                   "give --tokenizer FILE or --tokens NAME");

  auto stamp = provenance::of<R>(
      "select",
      {{"scores", scorer}, {"share", settings.share}, {"tokens", options.tokens}, {"seed", options.random ? seed : 0}});
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.in)));
  if (!options.random) {
    SNOWCODER_CHECK(stamp.add_input(options.in / "attributes" / options.scores));
  }
  if (!options.tokens.empty()) {
    SNOWCODER_CHECK(stamp.add_input(options.in / "attributes" / options.tokens));
  }
  if (counts) {
    SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  }
  auto beside = options.out;
  auto const stamp_path = beside.replace_extension().string() + ".provenance.json",
             rejects_path = beside.string() + ".rejects.jsonl";
  if (stamp.finished(stamp_path) && std::filesystem::exists(options.out)) {
    run.say("already done: " + options.out.string());
    return std::filesystem::exists(rejects_path) ? outcome::some_refused : outcome::done;
  }

  std::optional<tokenize::byte_pair<typename R::splitter>> tokenizer;
  if (counts) {
    SNOWCODER_TRY(tokenizer, open_tokenizer<R>(options.tokenizer));
  }
  SNOWCODER_TRY(auto scores, detail::attribute_rows::open(options.in, options.random ? "" : options.scores));
  SNOWCODER_TRY(auto tokens, detail::attribute_rows::open(options.in, options.tokens));
  annotate::random_scorer const hashed(seed);
  thread_pool pool(run.threads);
  std::vector<candidate> candidates;
  std::vector<reject> rejects;
  auto const folder = io::documents_folder(options.in);
  auto const shards = io::shards(folder);
  if (shards.empty()) return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", folder.string());
  run.bar.begin("select", "documents", 0);
  for (auto const& shard : shards)
    SNOWCODER_CHECK(map_documents(
        shard, "select", pool,
        [&](document const& d) -> std::variant<reject, candidate> {
          candidate c{d.id, d.language, d.content_hash(), 0, 0, std::int64_t(d.text.size())};
          if (options.random) c.value = hashed.value(c.content);
          if (tokenizer) {
            std::vector<token_id> ids;
            tokenizer->encode(d.text, ids);
            c.tokens = std::int64_t(ids.size());
          }
          return c;
        },
        [&](candidate c) -> expected<void> {
          run.bar.advance();
          auto const refuse = [&](std::string reason) { rejects.push_back({c.id, "select", std::move(reason), {}}); };
          if (!options.random) {
            auto const* row = scores.find(c.id);
            auto const value = row ? detail::value_of(*row, "value") : std::nullopt;
            if (!value || !std::isfinite(*value)) return refuse("no_score"), expected<void>();
            c.value = *value;
          }
          if (!options.tokens.empty()) {
            auto const* row = tokens.find(c.id);
            auto const value = row ? detail::value_of(*row, "tokens") : std::nullopt;
            if (!value || !(*value >= 0)) return refuse("no_token_count"), expected<void>();
            c.tokens = std::int64_t(*value);
          }
          candidates.push_back(std::move(c));
          return {};
        },
        [&](reject r) -> expected<void> { return rejects.push_back(std::move(r)), expected<void>(); }));
  if (candidates.empty())
    return failure("no document has a score", options.in.string(), "run `annotate score` on this folder first");

  auto const manifest = select::top_share(candidates, settings, scorer);
  io::json const about{{"recipe", R::name},
                       {"fingerprint", config::fingerprint<R>.hex()},
                       {"share", settings.share},
                       {"unit", name_of(settings.unit)},
                       {"edge", name_of(settings.edge)},
                       {"missing", name_of(settings.missing)}};
  SNOWCODER_CHECK(io::write_selection(options.out, manifest, about));
  SNOWCODER_CHECK(io::write_rejects(rejects_path, rejects));
  SNOWCODER_CHECK(stamp.write(
      stamp_path, {{"candidates", candidates.size()}, {"selected", manifest.documents.size()}, {"refused", rejects.size()}}));
  for (auto const& c : manifest.cuts)
    run.say(fmt::format("{:<18} {:>12} of {:>14} {} ({} of {} documents, score >= {:.4f}){}", config::title(c.language),
                        with_commas(c.kept), with_commas(c.available), name_of(settings.unit), c.documents_kept,
                        c.documents_available, c.threshold,
                        c.shortfall ? fmt::format(", {} short", with_commas(c.shortfall)) : ""));
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// `tokenize pack`: documents to the token file of a phase. Every shard is encoded on all threads and kept beside the output
// until the end; then the ids are copied in the order that the phase's grouping asks for (paper section 2.2).
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/app.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/tokenized_corpus.hpp>
#include <snowcoder/pipeline/tokenized_shard.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct pack_options {
  std::filesystem::path tokenizer, in, out;  ///< `out`: a prefix
  std::filesystem::path selection;           ///< a manifest: only its documents; empty: all
  std::filesystem::path real;                ///< real code blended into a synthetic phase, where the recipe asks for it
  std::string phase;                         ///< of the recipe; empty: the grouping of phase 1
  std::int64_t limit_tokens = 0;             ///< 0: no limit
};

/// Writes OUT.bin, OUT.idx, OUT.json (tokens and shares by language) and OUT.provenance.json.
template <config::recipe R>
expected<outcome> pack(run_context& run, pack_options const& options) {
  namespace fs = std::filesystem;
  config::phase how{};
  for (auto const& p : R::curriculum)
    if (p.name == options.phase) how = p;
  bool const synthetic = how.source == config::documents::synthetic, blends = synthetic && R::synthesis.replay_real > 0;
  if (blends && options.real.empty())
    return failure("the recipe blends real code into this phase", "--real", "name the folder of clean documents");
  auto const beside = [&](char const* end) { return fs::path(options.out.string() + end); };

  auto stamp = provenance::of<R>("tokenize pack", {{"phase", options.phase},
                                                   {"limit_tokens", options.limit_tokens},
                                                   {"seed", run.seed},
                                                   {"selection", !options.selection.empty()},
                                                   {"real", blends}});
  SNOWCODER_CHECK(stamp.add_input(options.tokenizer));
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.in)));
  if (!options.selection.empty()) SNOWCODER_CHECK(stamp.add_input(options.selection));
  if (blends) SNOWCODER_CHECK(stamp.add_input(io::documents_folder(options.real)));
  auto const parts = beside(".parts"), rejects_path = beside(".rejects.jsonl");
  std::error_code ignored;
  if (stamp.finished(beside(".provenance.json")) && fs::exists(beside(".bin")) && fs::exists(beside(".idx"))) {
    fs::remove_all(parts, ignored);
    run.say("already done: " + options.out.string());
    return fs::exists(rejects_path) ? outcome::some_refused : outcome::done;
  }
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(parts));
  SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(options.tokenizer));
  SNOWCODER_TRY(auto const tokenizer_hash, content_hash(options.tokenizer));
  std::unordered_set<std::string> chosen;
  hash128 selection_hash;
  if (!options.selection.empty()) {
    SNOWCODER_TRY(auto const manifest, io::read_selection(options.selection));
    for (auto const& d : manifest.documents) chosen.insert(d.id);
    SNOWCODER_TRY(selection_hash, content_hash(options.selection));
  }

  thread_pool pool(run.threads);
  tokenized_corpus corpus;
  std::vector<reject> rejects;
  auto const encode = [&](fs::path const& folder, char const* name, bool selected) -> expected<void> {
    auto const shards = io::shards(folder);
    if (shards.empty())
      return failure("no document shards (*.jsonl, .jsonl.gz, .jsonl.zst)", folder.string(),
                     "give the folder that prepare wrote");
    for (auto const& shard : shards) {
      SNOWCODER_TRY(auto const content, content_hash(shard));
      tokenized_shard::settings settings{io::id_type_for(tokenizer.size()), how.fill_in_middle, run.seed, {}, {}};
      if (selected) settings.wanted = [&](std::string const& id) { return chosen.contains(id); };
      auto const key = hash(io::to_line(
          {version, tokenizer_hash.hex(), content.hex(), selected ? selection_hash.hex() : "", how.fill_in_middle, run.seed}));
      settings.key = key.hex();
      auto const prefix = parts / (name + shard.filename().string());
      SNOWCODER_TRY(auto done, tokenized_shard::make(shard, prefix, tokenizer, settings, pool, run.bar));
      rejects.insert(rejects.end(), done.rejects.begin(), done.rejects.end());
      corpus.add(std::move(done));
    }
    return {};
  };
  run.bar.begin("encode", "documents", 0);
  SNOWCODER_CHECK(encode(io::documents_folder(options.in), "", !options.selection.empty()));
  auto const first_real = corpus.files.size();
  if (blends) SNOWCODER_CHECK(encode(io::documents_folder(options.real), "real-", false));
  if (!options.selection.empty()) {
    for (auto const& shard : corpus.shards)
      for (auto const& id : shard.ids) chosen.erase(id);
    for (auto const& r : rejects) chosen.erase(r.id);
    std::vector<std::string> absent(chosen.begin(), chosen.end());
    std::sort(absent.begin(), absent.end());
    for (auto& id : absent)
      rejects.push_back({std::move(id), "tokenize", "chosen_but_absent", options.selection.filename().string()});
  }
  if (synthetic) set_copies(corpus.files, first_real, R::synthesis);

  auto const order = tokenize::order_for(corpus.files, how.group, how.order, run.seed, options.limit_tokens);
  if (order.files.empty()) return failure("no document to pack", options.in.string(), "check --in and --selection");
  SNOWCODER_TRY(auto writer, io::megatron_writer::open(options.out, io::id_type_for(tokenizer.size())));
  run.bar.begin("pack", "files", std::int64_t(order.files.size()));
  bool const fitted = how.pack == config::packing::best_fit;
  SNOWCODER_CHECK(fitted ? write_fitted(corpus, order, R::model.context, writer, run.bar)
                         : write_groups(corpus, order, writer, run.bar));
  io::json const counts{{"phase", options.phase},
                        {"grouping", name_of(how.group)},
                        {"packing", name_of(how.pack)},
                        {"tokens", writer.tokens()},
                        {"documents", writer.documents()},
                        {"files", order.files.size()},
                        {"files_available", corpus.files.size()},
                        {"bytes_per_id", io::size_of(io::id_type_for(tokenizer.size()))},
                        {"refused", rejects.size()},
                        {"languages", shares_of(corpus, order)}};
  SNOWCODER_CHECK(io::write_rejects(rejects_path, rejects));
  SNOWCODER_CHECK(writer.commit());
  SNOWCODER_CHECK(io::write_json(beside(".json"), counts));
  SNOWCODER_CHECK(stamp.write(beside(".provenance.json"), counts));
  fs::remove_all(parts, ignored);
  run.say(with_commas(writer.tokens()) + " tokens in " + with_commas(writer.documents()) + " documents (" +
          beside(".bin").string() + ")");
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

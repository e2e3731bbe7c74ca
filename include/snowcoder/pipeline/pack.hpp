// SPDX-License-Identifier: Apache-2.0
// `tokenize pack`: documents to the token file of a phase. Shards are encoded on all threads and kept beside the output until
// the end; then the ids are copied in the order that the phase's grouping asks for (paper section 2.2). A killed run goes on
// with the shards that it had not finished; the copy is made again from the start.
//
// Memory: per file what tokenize/pack.hpp says, 20 bytes a group with best fit; per thread two blocks of a megabyte. Disk: the
// ids twice until the end.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/core/version.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/megatron.hpp>
#include <snowcoder/io/shards.hpp>
#include <snowcoder/pipeline/chosen_documents.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/packed_shares.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/shard_lanes.hpp>
#include <snowcoder/pipeline/tokenized_corpus.hpp>
#include <snowcoder/pipeline/tokenized_shard.hpp>
#include <snowcoder/tokenize/pack.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct pack_options {
  std::filesystem::path tokenizer, in, out;  ///< `out`: a prefix
  std::filesystem::path selection;           ///< a manifest: only its documents; empty: all
  std::filesystem::path real;                ///< real code blended into a synthetic phase, where the recipe asks for it
  std::string phase;                         ///< of the recipe; empty: its first
  std::int64_t limit_tokens = 0;             ///< 0: no limit
};

/// A shard to encode: where it lies, its name among the parts, the hash of its bytes.
struct encodable_shard {
  std::filesystem::path path;
  std::string name;
  hash128 content;
};

/// Appends the shards of the documents below `dir`, each read once for its hash, on all threads; they are an input of the stamp
/// together.
inline expected<void> find_shards(std::filesystem::path const& dir, std::string const& before, thread_pool& pool,
                                  std::vector<encodable_shard>& all, provenance& stamp) {
  SNOWCODER_TRY(auto const found, io::document_shards(dir));
  auto const first = all.size();
  for (auto const& path : found) all.push_back({path, before + path.filename().string(), {}});
  std::vector<std::optional<error>> errors(found.size());
  pool.for_each_index(std::int64_t(found.size()), [&](std::int64_t i) {
    auto const content = content_hash(found[std::size_t(i)]);
    if (content)
      all[first + std::size_t(i)].content = *content;
    else
      errors[std::size_t(i)] = content.error();
  });
  std::string together;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (errors[i]) return failure(std::move(*errors[i]));
    ((together += found[i].filename().string()) += '\0') += all[first + i].content.hex();
  }
  stamp.add_input(io::documents_folder(dir), hash(together));
  return {};
}

/// Writes OUT.bin, OUT.idx, OUT.json (tokens and shares by language) and OUT.provenance.json.
template <config::recipe R>
expected<outcome> pack(run_context& run, pack_options const& options) {
  namespace fs = std::filesystem;
  auto const* const named = config::find_phase(R::curriculum, options.phase);
  if (!named) return failure("the recipe has no such phase", options.phase, "name one of its curriculum");
  auto const& how = *named;
  bool const synthetic = how.source == config::documents::synthetic, blends = synthetic && R::synthesis.replay_real > 0;
  if (blends && options.real.empty())
    return failure("the recipe blends real code into this phase", "--real", "name the folder of clean documents");
  if (how.source == config::documents::selected && options.selection.empty())
    run.say("note: phase " + std::string(how.name) +
            " trains on selected documents and there is no --selection: all of --in are packed");
  auto const beside = [&](char const* end) { return fs::path(options.out.string() + end); };

  auto stamp = provenance::of<R>("tokenize pack", {{"phase", how.name},
                                                   {"limit_tokens", options.limit_tokens},
                                                   {"seed", run.seed},
                                                   {"selection", !options.selection.empty()},
                                                   {"real", blends}});
  thread_pool pool(run.threads);
  SNOWCODER_TRY(auto const tokenizer_hash, content_hash(options.tokenizer));
  stamp.add_input(options.tokenizer, tokenizer_hash);  // the first: packed_tokenizer.hpp looks for it there
  std::vector<encodable_shard> shards;
  SNOWCODER_CHECK(find_shards(options.in, "", pool, shards, stamp));
  auto const first_real_shard = shards.size();
  hash128 selection_hash;
  if (!options.selection.empty()) {
    SNOWCODER_TRY(selection_hash, content_hash(options.selection));
    stamp.add_input(options.selection, selection_hash);
  }
  if (blends) SNOWCODER_CHECK(find_shards(options.real, "real-", pool, shards, stamp));
  auto const parts = beside(".parts"), rejects_path = io::rejects_beside(options.out);
  std::error_code ignored;
  if (stamp.finished(stamp_beside(options.out)) && fs::exists(beside(".bin")) && fs::exists(beside(".idx"))) {
    fs::remove_all(parts, ignored);
    run.say("already done: " + options.out.string());
    return fs::exists(rejects_path) ? outcome::some_refused : outcome::done;
  }
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(parts));
  SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(options.tokenizer));
  SNOWCODER_TRY(auto const chosen, chosen_documents::read(options.selection));

  auto const type = io::id_type_for(tokenizer.size());
  std::vector<shard_settings> settings(shards.size());
  for (std::size_t i = 0; i < shards.size(); ++i) {
    bool const selected = !options.selection.empty() && i < first_real_shard;
    bool const with_paths = how.order == config::file_order::path;
    // what a language model wrote is a script, whatever it spells
    auto const notebooks = synthetic && i < first_real_shard ? config::notebook_form::script : R::notebooks;
    auto const key =
        hash(io::to_line({version, tokenizer_hash.hex(), shards[i].content.hex(), selected ? selection_hash.hex() : "",
                          name_of(notebooks), how.fill_in_middle, how.suffix_first, with_paths, run.seed}));
    settings[i] = {type, notebooks, how.fill_in_middle, how.suffix_first, with_paths, run.seed, {}, key.hex()};
    if (selected) settings[i].wanted = [&](hash128 const& id, std::string_view text) { return chosen.take(id, text); };
  }
  auto const prefix_of = [&](std::size_t i) { return parts / shards[i].name; };
  run.bar.begin("encode", "documents", 0);
  using encoder = shard_encoder<std::remove_cvref_t<decltype(tokenizer)>>;
  SNOWCODER_CHECK(shard_lanes<encoder>::run(pool, shards.size(), [&](std::size_t i) -> expected<std::unique_ptr<encoder>> {
    if (auto const done = tokenized_shard::open(prefix_of(i), settings[i])) {
      run.bar.advance(done->files());
      return nullptr;
    }
    return encoder::open(shards[i].path, prefix_of(i), tokenizer, settings[i], run.bar);
  }));
  std::vector<tokenized_shard> encoded;
  std::size_t first_real = 0;
  for (std::size_t i = 0; i < shards.size(); ++i) {
    SNOWCODER_TRY(auto shard, tokenized_shard::open(prefix_of(i), settings[i]));
    if (i < first_real_shard) first_real += std::size_t(shard.files());
    encoded.push_back(std::move(shard));
  }
  SNOWCODER_TRY(auto const refused, write_refused(rejects_path, encoded, chosen, options.selection));
  SNOWCODER_TRY(auto corpus, tokenized_corpus::of(std::move(encoded)));
  if (synthetic) set_copies(corpus.files, first_real, R::synthesis);

  auto const order = tokenize::order_for(corpus.files, corpus.repositories(), how, run.seed, options.limit_tokens);
  if (order.files.empty()) return failure("no document to pack", options.in.string(), "check --in and --selection");
  SNOWCODER_TRY(auto writer, io::megatron_writer::open(options.out, type));
  run.bar.begin("pack", "files", std::int64_t(order.files.size()));
  std::int64_t padding = 0;
  if (how.pack == config::packing::best_fit) {
    SNOWCODER_TRY(padding, write_fitted(corpus, order, type, R::model.context, writer, run.bar));
  } else {
    SNOWCODER_CHECK(write_groups(corpus, order, type, writer, run.bar));
  }
  packed_shares const shares(corpus.files, order);
  require(shares.text() + shares.sentinels() + shares.separators() + padding == writer.tokens(),
          "every id of a token file is accounted for");
  io::json const counts{{"phase", how.name},
                        {"grouping", name_of(how.group)},
                        {"packing", name_of(how.pack)},
                        {"tokens", writer.tokens()},
                        {"text_tokens", shares.text()},
                        {"gap_sentinels", shares.sentinels()},
                        {"separators", shares.separators()},
                        {"padding", padding},
                        {"documents", writer.documents()},
                        {"files", order.files.size()},
                        {"files_available", corpus.files.size()},
                        {"bytes_per_id", io::size_of(type)},
                        {"refused", refused},
                        {"languages", shares.by_language()}};
  SNOWCODER_CHECK(stamp.write_file(options.out, counts, [&]() -> expected<void> {
    SNOWCODER_CHECK(writer.commit());
    return io::write_json(beside(".json"), counts);
  }));
  fs::remove_all(parts, ignored);
  auto const there = corpus.files.size();  // where languages have shares, some are packed more than once, others not at all
  run.say(with_commas(writer.tokens()) + " tokens of " + with_commas(order.files.size()) + " files" +
          (order.files.size() == there ? "" : ", copies counted, of " + with_commas(there) + " that are there,") + " in " +
          with_commas(writer.documents()) + (how.pack == config::packing::best_fit ? " sequences (" : " groups (") +
          beside(".bin").string() + ")");
  return refused == 0 ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// Last pass of prepare: what is left is written, with its signals.
#pragma once

#include <snowcoder/filter/signals.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/shard_writer.hpp>
#include <snowcoder/pipeline/document_order.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snowcoder::pipeline::detail {

/// Documents and their signals, in order, shard by shard, from the first shard on that an interrupted run has not finished.
/// `held`: they are the held-out ones.
template <config::recipe R>
expected<void> write_documents(prepare_state& state, std::span<std::uint32_t const> kept, bool held, thread_pool& pool,
                               progress& bar) {
  using filters = typename R::filters;
  std::string const stage = held ? "held_out" : "documents";
  auto const made = std::filesystem::path("made") / (held ? "held_out" : ""), folder = state.work.folder() / made;
  // One thread compresses 200 MB a second: without helpers all others would wait for it.
  io::shard_writer documents(folder / "documents", std::size_t(256) << 20, std::clamp(pool.threads(), 1, 4));
  std::size_t written = 0;
  if (auto const* done = state.work.done(stage)) {
    written = done->at("documents");
    documents.go_on_behind(done->at("group"), done->at("shards"));
  }
  bar.begin("write", "files", std::int64_t(kept.size()));
  bar.advance(std::int64_t(written));
  std::optional<io::text_writer> signals;
  struct {
    std::string name, group;
    int number = 0;
  } shard;
  // Both files of the shard are safe, and with it all documents before number `end`.
  auto const finish_shard = [&](std::size_t end) -> expected<void> {
    if (!signals) return {};
    SNOWCODER_CHECK(signals->commit());
    signals.reset();
    return state.work.commit(
        stage, {(made / "documents" / shard.name).string(), (made / "attributes" / "signals" / shard.name).string()},
        {{"documents", end}, {"group", shard.group}, {"shards", shard.number}});
  };
  struct rows {
    std::string document, signals;
  };
  std::vector<rows> batch(std::min<std::size_t>(kept.size(), 512));
  auto const left = kept.subspan(written);
  SNOWCODER_CHECK(state.documents.in_batches(left, batch.size(), [&](std::size_t begin, std::size_t size) -> expected<void> {
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      auto const number = left[begin + std::size_t(i)];
      auto const& r = state.documents.record(number);
      auto const [path, source, created, licence] = state.documents.names(number);
      auto const text = state.documents.text(number);
      document d{r.id.hex(),
                 std::string(text),
                 std::string(source),
                 state.repositories[r.repository],
                 std::string(path),
                 r.language,
                 std::string(licence.empty() ? std::string_view(state.licences[r.repository]) : licence),
                 {},
                 std::string(created)};
      if (r.stars >= 0) d.stars = r.stars;
      if (r.forks >= 0) d.forks = r.forks;
      auto const measured = filters::measure(text, config::title(r.language), path);
      attributes a{d.id, std::int64_t(measured.characters), filter::signals<filters::needs>(measured)};
      a.values.emplace_back("emails", r.emails);
      a.values.emplace_back("addresses", r.addresses);
      a.values.emplace_back("secrets", r.secrets);
      batch[std::size_t(i)] = {io::document_line(d), io::attribute_line(a)};
    });
    for (std::size_t i = 0; i < size; ++i) {
      auto const group = name_of(state.documents.record(left[begin + i]).language);
      SNOWCODER_CHECK(documents.write(group, batch[i].document));
      if (documents.name() != shard.name) {
        SNOWCODER_CHECK(finish_shard(written + begin + i));
        shard = {documents.name(), std::string(group), documents.shards()};
        SNOWCODER_TRY(signals, io::text_writer::open(folder / "attributes" / "signals" / shard.name));
      }
      SNOWCODER_CHECK(signals->write_line(batch[i].signals));
    }
    bar.advance(std::int64_t(size));
    return {};
  }));
  SNOWCODER_CHECK(documents.close());
  SNOWCODER_CHECK(finish_shard(kept.size()));
  for (auto const number : kept) {
    auto const& r = state.documents.record(number);
    if (held)
      state.counts.dropped(r.language, "held_out", "held_out", r.repository, r.source_bytes);
    else
      state.counts.kept(r.language, r.repository, r.source_bytes);
  }
  return {};
}

/// A row per repository, by name.
inline expected<void> write_completeness(prepare_state const& state, std::filesystem::path const& path) {
  SNOWCODER_TRY(auto rows, io::text_writer::open(path));
  for (auto i : repositories_by_name(state))
    SNOWCODER_CHECK(rows.write_line(completeness_line(state.repositories[i], state.counts.of_repository(i))));
  return rows.commit();
}

}  // namespace snowcoder::pipeline::detail

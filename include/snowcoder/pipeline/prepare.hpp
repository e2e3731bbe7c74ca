// SPDX-License-Identifier: Apache-2.0
// prepare: raw repositories to clean documents (paper section 2.1). Stages, in order: language, filters, privacy, exact
// duplicates, near duplicates, contamination; what is left is grouped by language, then repository, then path.
//
//   DIR/documents/<language>-NNNNN.jsonl.zst   DIR/attributes/signals/…   one row per document, same names, same order
//   DIR/held_out/documents, …/attributes       the same for the share that is kept out of training, if one is asked for
//   DIR/rejects.jsonl                          one row per dropped file: id or place, stage, reason, figures
//   DIR/redactions.jsonl                       one row per file with personal values: where they were, and never what
//   DIR/funnel.json                            counts by language and reason
//   DIR/repositories.jsonl                     per repository, by name: files that came, were kept, were duplicates
//   DIR/provenance.json                        written last; a run with the same key has nothing to do
//
// Work in progress lies in DIR/.work and is begun anew after an interruption; results are moved to their places at the end.
#pragma once

#include <snowcoder/core/philox.hpp>
#include <snowcoder/filter/signals.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/document_file.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/shard_writer.hpp>
#include <snowcoder/pipeline/data_device.hpp>
#include <snowcoder/pipeline/prepare_contamination.hpp>
#include <snowcoder/pipeline/prepare_duplicates.hpp>
#include <snowcoder/pipeline/prepare_folder.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>
#include <snowcoder/pipeline/provenance.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct prepare_report {
  io::json funnel;
  bool nothing_to_do = false;
  std::int64_t broken = 0;
};

namespace detail {

/// What this program was built to read beyond folders, archives and JSONL: it decides what becomes of the rest.
inline std::string input_kinds() {
  return std::string(io::reads_git ? "git " : "") + (io::reads_parquet ? "parquet " : "") +
         (io::detects_character_sets ? "character sets" : "");
}

template <config::recipe R>
expected<provenance> provenance_of(prepare_options const& o) {
  io::json names = io::json::array();  // names of inputs become names of repositories and benchmarks
  for (auto const& path : o.in) names.push_back(corpus::detail::folder_name(path));
  for (auto const& path : o.benchmarks) names.push_back(io::benchmark_name(path));
  auto p = provenance::of<R>("prepare", {{"repository_depth", o.repository_depth},
                                         {"largest_file", o.at_most.file_bytes},
                                         {"redact", o.redact},
                                         {"columns", o.columns.changes()},
                                         {"reads", input_kinds()},
                                         {"held_out", o.held_out},
                                         {"seed", o.held_out > 0 ? o.seed : 0},
                                         {"names", names}});
  for (auto const* list : {&o.in, &o.benchmarks})
    for (auto const& path : *list) SNOWCODER_CHECK(p.add_input(path));
  return p;
}

/// Language in the recipe's order, then repository, path and id by name.
template <config::recipe R>
void group(prepare_state const& state, std::vector<std::uint32_t>& kept) {
  auto const& d = state.documents;
  std::sort(kept.begin(), kept.end(), [&](auto a, auto b) {
    auto const &x = d.records[a], &y = d.records[b];
    if (x.language != y.language) return x.language < y.language;
    if (x.repository != y.repository) return state.repositories[x.repository] < state.repositories[y.repository];
    auto const p = d.path(a), q = d.path(b);
    return p != q ? p < q : x.id != y.id ? x.id < y.id : a < b;
  });
}

/// Takes `share` of every language's documents (one at least where there are ten) out of `kept`, chosen by draws on their
/// ids, and returns them; both stay in order.
inline std::vector<std::uint32_t> hold_out(double share, std::uint64_t seed, prepare_state const& state,
                                           std::vector<std::uint32_t>& kept) {
  std::vector<std::uint32_t> held;
  if (share <= 0) return held;
  draws const source("held out", seed);
  auto const& records = state.documents.records;
  std::map<config::language, std::vector<std::pair<std::uint64_t, std::uint32_t>>> drawn;
  for (auto i : kept) drawn[records[i].language].emplace_back(source(records[i].id.high, records[i].id.low), i);
  std::vector<bool> chosen(records.size());
  for (auto& [language, list] : drawn) {
    std::sort(list.begin(), list.end());
    auto const wanted = std::max(std::size_t(share * double(list.size()) + 0.5), std::size_t(list.size() >= 10));
    for (std::size_t i = 0; i < std::min(wanted, list.size()); ++i) chosen[list[i].second] = true;
  }
  std::vector<std::uint32_t> rest;
  for (auto i : kept) (chosen[i] ? held : rest).push_back(i);
  kept = std::move(rest);
  return held;
}

/// Documents and their signals, in order, shard by shard. `held`: they are the held-out ones.
template <config::recipe R>
expected<void> write_documents(prepare_state& state, std::vector<std::uint32_t> const& kept,
                               std::filesystem::path const& folder, bool held, thread_pool& pool, progress& bar) {
  using filters = typename R::filters;
  bar.begin("write", "files", std::int64_t(kept.size()));
  io::shard_writer documents(folder / "documents");
  std::optional<io::text_writer> signals;
  std::string shard;
  struct rows {
    std::string document, signals;
  };
  std::vector<rows> batch(std::min<std::size_t>(kept.size(), 512));
  for (std::size_t begin = 0; begin < kept.size(); begin += batch.size()) {
    auto const size = std::min(batch.size(), kept.size() - begin);
    pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
      auto const number = kept[begin + std::size_t(i)];
      auto const& r = state.documents.records[number];
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
      auto const& r = state.documents.records[kept[begin + i]];
      SNOWCODER_CHECK(documents.write(name_of(r.language), batch[i].document));
      if (documents.name() != shard) {
        if (signals) SNOWCODER_CHECK(signals->commit());
        signals.reset();
        shard = documents.name();
        SNOWCODER_TRY(signals, io::text_writer::open(folder / "attributes" / "signals" / shard));
      }
      SNOWCODER_CHECK(signals->write_line(batch[i].signals));
      if (held)
        state.counts.dropped(r.language, "held_out", "held_out", r.repository, r.source_bytes);
      else
        state.counts.kept(r.language, r.repository, r.source_bytes);
    }
    bar.advance(std::int64_t(size));
  }
  if (signals) SNOWCODER_CHECK(signals->commit());
  return documents.close();
}

/// A row per repository, by name.
inline expected<void> write_completeness(prepare_state const& state, std::filesystem::path const& path) {
  std::vector<std::uint32_t> order(state.repositories.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return state.repositories[a] < state.repositories[b]; });
  SNOWCODER_TRY(auto rows, io::text_writer::open(path));
  for (auto i : order)
    SNOWCODER_CHECK(rows.write_line(completeness_line(state.repositories[i], state.counts.of_repository(i))));
  return rows.commit();
}

}  // namespace detail

template <config::recipe R>
expected<prepare_report> prepare(prepare_options options, thread_pool& pool, progress& bar) {
  namespace fs = std::filesystem;
  SNOWCODER_CHECK(check_device(options.device));
  SNOWCODER_CHECK(detail::settle_paths(options));
  auto const stamp = options.out / "provenance.json", work = options.out / ".work", made = work / "made";
  bar.begin("look at inputs", "files", 0);
  SNOWCODER_CHECK(detail::check_prepares_own(options.out));
  SNOWCODER_TRY(auto const origin, detail::provenance_of<R>(options));
  io::json contamination;
  SNOWCODER_TRY(auto const benchmarks, detail::read_benchmarks<R>(options, contamination));
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(options.out));
  if (origin.finished(stamp)) {
    SNOWCODER_TRY(auto counts, io::read_json(options.out / "funnel.json"));
    auto const broken = counts.value("refused_as_broken", std::int64_t(0));
    return prepare_report{std::move(counts), true, broken};
  }
  SNOWCODER_CHECK(detail::clear_away(stamp));
  SNOWCODER_CHECK(detail::clear_away(work));

  SNOWCODER_TRY(auto documents, spill::open(work / "documents"));
  SNOWCODER_TRY(auto rejects, io::text_writer::open(made / "rejects.jsonl"));
  SNOWCODER_TRY(auto redactions, io::text_writer::open(made / "redactions.jsonl"));
  prepare_state state{std::move(documents), std::move(rejects), std::move(redactions)};
  SNOWCODER_CHECK(ingest<R>(options, state, pool, bar));
  if (state.counts.empty() && state.broken == 0) {
    SNOWCODER_CHECK(detail::clear_away(work));
    return failure("no files found", options.in.size() == 1 ? options.in.front().string() : "--in",
                   "give folders of repositories, git repositories, archives, JSONL or Parquet files");
  }
  SNOWCODER_TRY(auto kept, without_duplicates<R>(options, state, work, pool, bar));
  if (benchmarks) SNOWCODER_CHECK(detail::drop_contaminated(*benchmarks, state, kept, contamination, pool, bar));
  detail::group<R>(state, kept);
  std::error_code e;
  for (auto const* folder : {"documents", "attributes/signals", "held_out"}) fs::create_directories(made / folder, e);
  auto const held = detail::hold_out(options.held_out, options.seed, state, kept);
  SNOWCODER_CHECK(detail::write_documents<R>(state, kept, made, false, pool, bar));
  SNOWCODER_CHECK(detail::write_documents<R>(state, held, made / "held_out", true, pool, bar));
  SNOWCODER_CHECK(state.rejects.commit());
  SNOWCODER_CHECK(state.redactions.commit());

  SNOWCODER_CHECK(detail::write_completeness(state, made / "repositories.jsonl"));

  auto counts = state.counts.to_json();
  counts["redacted"] = state.redacted.to_json();
  counts["converted"] = state.converted;
  counts["contamination"] = std::move(contamination);
  counts["refused_as_broken"] = state.broken;
  SNOWCODER_CHECK(io::write_json(made / "funnel.json", counts));
  for (auto const* name : detail::prepared) SNOWCODER_CHECK(detail::move_into_place(made / name, options.out / name));
  if (options.held_out <= 0) SNOWCODER_CHECK(detail::clear_away(options.out / "held_out"));
  SNOWCODER_CHECK(detail::clear_away(work));
  SNOWCODER_CHECK(origin.write(stamp, counts["total"]));
  return prepare_report{std::move(counts), false, state.broken};
}

}  // namespace snowcoder::pipeline

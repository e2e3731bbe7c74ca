// SPDX-License-Identifier: Apache-2.0
// prepare: raw repositories to clean documents (paper section 2.1). Stages, in order: language, filters, privacy, exact
// duplicates, near duplicates, contamination; what is left is grouped by language, then repository, then path.
//
//   DIR/documents/<language>-NNNNN.jsonl.zst   DIR/attributes/signals/…   one row per document, same names, same order
//   DIR/held_out/documents, …/attributes       the same for the share that is kept out of training, if one is asked for
//   DIR/rejects.jsonl                          one row per dropped file: id or place, stage, reason, figures
//   DIR/redactions.jsonl                       one row per file with personal values: where they were, and never what
//   DIR/contamination.jsonl                    one row per piece of benchmark text that was found: where, and of which task
//   DIR/funnel.json                            counts by language and reason
//   DIR/repositories.jsonl                     per repository, by name: files that came, were kept, were duplicates
//   DIR/provenance.json                        written last; a run with the same key has nothing to do
//
// Work in progress lies in DIR/.work, with a journal of the steps that are done (prepare_work.hpp): after an interruption the
// same command goes on behind the last of them. Results are moved to their places at the end.
#pragma once

#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/pipeline/data_device.hpp>
#include <snowcoder/pipeline/prepare_contamination.hpp>
#include <snowcoder/pipeline/prepare_duplicates.hpp>
#include <snowcoder/pipeline/prepare_folder.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>
#include <snowcoder/pipeline/prepare_write.hpp>
#include <snowcoder/pipeline/provenance.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct prepare_report {
  io::json funnel;
  bool nothing_to_do = false;
  std::int64_t broken = 0;
  std::int64_t remembered = 0;  ///< files that an interrupted run had settled
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
    for (auto const& path : *list) SNOWCODER_CHECK(p.add_input(path, o.threads));
  return p;
}

/// What work in progress depends on: all that the output does, the order of the units, and the form of the work folder itself,
/// whose number changes with every version that writes or reads it otherwise.
inline std::string work_key(provenance const& origin, std::vector<corpus::unit> const& units) {
  constexpr int form = 3;
  auto key = hash(origin.key() + std::to_string(form));
  for (auto const& u : units) key = hash(key.hex() + std::to_string(int(u.kind)) + u.path.string() + '\0' + u.repository);
  return key.hex();
}

/// All passes, from where an interrupted run has come to: the results lie in `made` of the work folder, and its journal says
/// so. Returns how many files were remembered.
template <config::recipe R>
expected<std::int64_t> make_results(prepare_options const& options, std::vector<corpus::unit> const& units,
                                    std::optional<decontaminate::detector> const& benchmarks, io::json contamination,
                                    prepare_work&& work, thread_pool& pool, progress& bar) {
  SNOWCODER_TRY(auto state, prepare_state::open(std::move(work)));
  SNOWCODER_CHECK(ingest<R>(options, units, state, pool, bar));
  if (state.counts.empty() && state.broken == 0) {
    SNOWCODER_CHECK(state.work.clear());
    return failure("no files found", options.in.size() == 1 ? options.in.front().string() : "--in",
                   "give folders of repositories, git repositories, archives, JSONL or Parquet files");
  }
  SNOWCODER_TRY(auto kept, without_duplicates<R>(options, state, pool, bar));
  auto const made = state.work.folder() / "made";
  if (benchmarks)
    SNOWCODER_CHECK(drop_contaminated(*benchmarks, state, kept, contamination, pool, bar));
  else
    SNOWCODER_CHECK(io::write_file(state.work.folder() / contamination_rows, ""));
  std::error_code ignored;
  for (auto const* folder : {"documents", "attributes/signals", "held_out"})
    std::filesystem::create_directories(made / folder, ignored);
  SNOWCODER_TRY(auto held, hold_out(options.held_out, options.seed, state, kept, options.memory / 4));
  for (bool const is_held : {false, true}) {
    SNOWCODER_TRY(auto const order, grouped(state, (is_held ? held : kept).all(), options.memory / 4));
    SNOWCODER_CHECK(write_documents<R>(state, order.all(), is_held, pool, bar));
  }
  SNOWCODER_CHECK(write_completeness(state, made / "repositories.jsonl"));
  auto counts = state.counts.to_json();
  counts["redacted"] = state.redacted.to_json();
  counts["converted"] = state.converted;
  counts["contamination"] = std::move(contamination);
  counts["refused_as_broken"] = state.broken;
  SNOWCODER_CHECK(io::write_json(made / "funnel.json", counts));
  SNOWCODER_CHECK(state.commit("made"));
  return state.remembered;
}

}  // namespace detail

template <config::recipe R>
expected<prepare_report> prepare(prepare_options options, thread_pool& pool, progress& bar) {
  SNOWCODER_CHECK(check_device(options.device));
  SNOWCODER_CHECK(detail::settle_paths(options));
  auto const stamp = options.out / "provenance.json", work_folder = options.out / ".work";
  bar.begin("look at inputs", "files", 0);
  SNOWCODER_CHECK(detail::check_prepares_own(options.out));
  SNOWCODER_TRY(auto const origin, detail::provenance_of<R>(options));
  io::json contamination;
  SNOWCODER_TRY(auto const benchmarks, detail::read_benchmarks<R>(options, contamination));
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(options.out));
  auto const report = [&](bool nothing_to_do, std::int64_t remembered) -> expected<prepare_report> {
    SNOWCODER_TRY(auto counts, io::read_json(options.out / "funnel.json"));
    auto const broken = counts.value("refused_as_broken", std::int64_t(0));
    return prepare_report{std::move(counts), nothing_to_do, broken, remembered};
  };
  if (origin.finished(stamp)) {
    SNOWCODER_CHECK(clear_away(work_folder));  // what a run left that was killed behind its stamp
    return report(true, 0);
  }
  SNOWCODER_CHECK(clear_away(stamp));
  SNOWCODER_TRY(auto const units, corpus::find_units(options.in, options.repository_depth));
  SNOWCODER_TRY(auto work, prepare_work::open(work_folder, detail::work_key(origin, units)));
  std::int64_t remembered = 0;
  if (!work.done("made")) {
    SNOWCODER_TRY(remembered,
                  detail::make_results<R>(options, units, benchmarks, std::move(contamination), std::move(work), pool, bar));
  }
  SNOWCODER_CHECK(detail::put_in_place(work_folder / "made", options.out));
  if (options.held_out <= 0) SNOWCODER_CHECK(clear_away(options.out / "held_out"));
  SNOWCODER_TRY(auto done, report(false, remembered));
  SNOWCODER_CHECK(origin.write(stamp, done.funnel["total"]));
  SNOWCODER_CHECK(clear_away(work_folder));
  return done;
}

}  // namespace snowcoder::pipeline

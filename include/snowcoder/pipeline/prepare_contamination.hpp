// SPDX-License-Identifier: Apache-2.0
// Third pass of prepare: documents that hold benchmark text are dropped, each hit by benchmark, task, rule and place in a row
// of contamination.jsonl. The benchmarks are read before the first pass, so that a bad file is not found out hours later.
#pragma once

#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/compressed.hpp>
#include <snowcoder/pipeline/prepare_ingest.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline::detail {

/// The benchmarks' texts, ready to be looked for; none if none were named. `about` says what they are.
template <config::recipe R>
expected<std::optional<decontaminate::detector>> read_benchmarks(prepare_options const& o, io::json& about) {
  about = io::json{{"benchmarks", io::json::array()}, {"hits", 0}};
  if (o.benchmarks.empty()) return std::optional<decontaminate::detector>();
  decontaminate::detector detector(R::contamination);
  for (auto const& path : o.benchmarks) {
    SNOWCODER_TRY(auto const tasks, io::read_benchmark_texts(path));
    for (auto const& task : tasks) detector.add(io::benchmark_name(path), task);
    about["benchmarks"].push_back({{"name", io::benchmark_name(path)}, {"tasks", tasks.size()}});
  }
  detector.finish();
  about.update({{"texts", detector.texts()},
                {"texts_too_short", detector.too_short()},
                {"word_runs", detector.runs()},
                {"word_runs_too_common", detector.skipped_runs()}});
  return std::optional(std::move(detector));
}

inline constexpr char const* contamination_rows = "made/contamination.jsonl";

inline std::string hit_line(std::string const& id, decontaminate::hit const& h) {
  return io::to_line({{"id", id},
                      {"benchmark", h.benchmark},
                      {"task", h.task},
                      {"rule", name_of(h.found_by)},
                      {"begin", h.begin},
                      {"end", h.end}});
}

/// Drops what holds benchmark text of `kept`, which is in order; adds to `about` how much was found. Or takes both from an
/// interrupted run that has done so.
inline expected<void> drop_contaminated(decontaminate::detector const& detector, prepare_state& state, number_file& kept,
                                        io::json& about, thread_pool& pool, progress& bar) {
  if (auto const* done = state.work.done("contamination")) {
    about["hits"] = done->at("hits");
    SNOWCODER_TRY(kept, state.work.read_numbers("contamination"));
    return {};
  }
  bar.begin("decontaminate", "files", std::int64_t(kept.size()));
  SNOWCODER_TRY(auto rows, io::text_writer::open(state.work.folder() / contamination_rows));
  std::int64_t found = 0;
  std::vector<std::vector<decontaminate::hit>> hits(std::min<std::size_t>(kept.size(), 4096));
  std::size_t clean = 0;  // of `kept`, moved to the front
  SNOWCODER_CHECK(
      state.documents.in_batches(kept.all(), hits.size(), [&](std::size_t begin, std::size_t size) -> expected<void> {
        pool.for_each_index(std::int64_t(size), [&](std::int64_t i) {
          hits[std::size_t(i)] = detector.find(state.documents.text(kept[begin + std::size_t(i)]));
          bar.advance();
        });
        for (std::size_t i = 0; i < size; ++i) {
          auto const number = kept[begin + i];
          if (hits[i].empty()) {
            kept[clean++] = number;
            continue;
          }
          auto const& r = state.documents.record(number);
          auto const& first = hits[i].front();
          auto const span = std::to_string(first.begin) + ".." + std::to_string(first.end);
          SNOWCODER_CHECK(state.drop({{r.id.hex(), "contamination", std::string(name_of(first.found_by)),
                                       std::string(first.task) + " of " + std::string(first.benchmark) + " at bytes " + span +
                                           ", hits " + std::to_string(hits[i].size())},
                                      state.repositories[r.repository],
                                      std::string(state.documents.path(number)),
                                      r.language,
                                      std::int64_t(r.source_bytes)}));
          for (auto const& h : hits[i]) SNOWCODER_CHECK(rows.write_line(hit_line(r.id.hex(), h)));
          found += std::int64_t(hits[i].size());
        }
        return {};
      }));
  kept.cut(clean);
  SNOWCODER_CHECK(rows.commit());
  about["hits"] = found;
  SNOWCODER_CHECK(state.work.write_numbers("contamination", kept.all()));
  return state.commit("contamination", {{"hits", found}}, {"contamination", contamination_rows});
}

}  // namespace snowcoder::pipeline::detail

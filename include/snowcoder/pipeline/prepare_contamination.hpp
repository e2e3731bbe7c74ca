// SPDX-License-Identifier: Apache-2.0
// Third pass of prepare: documents that hold benchmark text are dropped, each hit by benchmark, task, rule and place. The
// benchmarks are read before the first pass, so that a bad file is not found out hours later.
#pragma once

#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/io/benchmark_file.hpp>
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
  about = io::json{{"benchmarks", io::json::array()}, {"hits", io::json::array()}};
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

/// Drops what holds benchmark text; adds to `about` what was found. Or takes both from an interrupted run that has done so.
inline expected<void> drop_contaminated(decontaminate::detector const& detector, prepare_state& state,
                                        std::vector<std::uint32_t>& kept, io::json& about, thread_pool& pool, progress& bar) {
  if (auto const* done = state.work.done("contamination")) {
    about["hits"] = done->at("hits");
    SNOWCODER_TRY(kept, state.work.read_numbers("contamination"));
    return {};
  }
  bar.begin("decontaminate", "files", std::int64_t(kept.size()));
  std::vector<std::vector<decontaminate::hit>> hits(std::min<std::size_t>(kept.size(), 4096));
  std::size_t clean = 0;  // of `kept`, moved to the front
  for (std::size_t begin = 0; begin < kept.size(); begin += hits.size()) {
    auto const size = std::min(hits.size(), kept.size() - begin);
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
      auto const& r = state.documents.records[number];
      auto const& first = hits[i].front();
      auto const span = std::to_string(first.begin) + ".." + std::to_string(first.end);
      SNOWCODER_CHECK(state.drop({{r.id.hex(), "contamination", std::string(name_of(first.found_by)),
                                   std::string(first.task) + " of " + std::string(first.benchmark) + " at bytes " + span +
                                       ", hits " + std::to_string(hits[i].size())},
                                  state.repositories[r.repository],
                                  std::string(state.documents.path(number)),
                                  r.language,
                                  std::int64_t(r.source_bytes)}));
      for (auto const& h : hits[i])
        about["hits"].push_back({{"id", r.id.hex()},
                                 {"benchmark", h.benchmark},
                                 {"task", h.task},
                                 {"rule", name_of(h.found_by)},
                                 {"begin", h.begin},
                                 {"end", h.end}});
    }
  }
  kept.resize(clean);
  SNOWCODER_CHECK(state.work.write_numbers("contamination", kept));
  return state.commit("contamination", {{"hits", about["hits"]}}, {"contamination"});
}

}  // namespace snowcoder::pipeline::detail

// SPDX-License-Identifier: Apache-2.0
// The program `generate`: completions for the tasks of a benchmark, greedy as in the paper (section 3) or drawn, from a
// checkpoint on this machine or from a model server. A killed run goes on behind the last answer in its journal.
#pragma once

#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/sample_file.hpp>
#include <snowcoder/pipeline/complete_samples.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/with_device.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

template <config::recipe R>
expected<outcome> generate_samples(run_context& run, generate_options const& options) {
  SNOWCODER_TRY(auto tasks, io::read_benchmark(options.benchmark));
  if (options.limit > 0 && options.limit < std::int64_t(tasks.size())) tasks.resize(std::size_t(options.limit));
  std::optional<io::checkpoint> from;
  if (options.server.empty()) {
    SNOWCODER_TRY(from, io::checkpoint::open(options.checkpoint));
  }
  auto stamp =
      provenance::of<R>("generate", {{"weights", from ? from->checksum(io::model_part) : options.server + " " + options.model},
                                     {"precision", from ? options.precision : ""},
                                     {"device", from ? options.device : ""},
                                     {"limit", options.limit},
                                     {"samples_per_task", options.samples_per_task},
                                     {"temperature", options.temperature},
                                     {"top_p", options.top_p},
                                     {"seed", options.temperature > 0 ? run.seed : 0}});
  SNOWCODER_CHECK(stamp.add_input(options.benchmark));
  if (from) {
    SNOWCODER_TRY(auto const tokenizer, tokenizer_of(*from, options.tokenizer));
    SNOWCODER_CHECK(stamp.add_input(tokenizer));
  }
  std::filesystem::path const journal_path = options.out.string() + ".journal";
  SNOWCODER_TRY(auto const before, finished_before(run, stamp, options.out));
  if (before) return *before;

  std::map<std::pair<std::string, int>, detail::given_sample> known;  // by task and number
  bool first = true, same = true;
  SNOWCODER_TRY(auto journal, io::journal::open(journal_path, [&](io::json const& row, io::journal::place) -> expected<void> {
                  if (std::exchange(first, false))
                    same = row.value("key", "") == stamp.key();
                  else
                    known[{row.value("task_id", ""), row.value("sample", 0)}] = {row.value("completion", ""),
                                                                                 row.value("prompt_cut", std::int64_t(0))};
                  return {};
                }));
  if (!same)
    return failure("the journal here is of another run (other checkpoint, benchmark or settings)", journal_path.string(),
                   "remove it, or give another --out");
  if (first) {
    SNOWCODER_CHECK(journal.append({{"key", stamp.key()}}));
  }

  std::vector<detail::wanted_sample> wanted, left;
  for (auto const& t : tasks)
    for (int number = 0; number < options.samples_per_task; ++number) wanted.push_back({&t, number});
  auto const key_of = [](detail::wanted_sample const& w) { return std::pair(w.task->id, w.number); };
  std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(left),
               [&](auto const& w) { return !known.contains(key_of(w)); });
  run.bar.begin("generate", "samples", std::int64_t(wanted.size()));
  run.bar.advance(std::int64_t(wanted.size() - left.size()));
  detail::answered const done = [&](detail::wanted_sample const& w, detail::given_sample given) -> expected<void> {
    SNOWCODER_TRY(auto const where, journal.append({{"task_id", w.task->id},
                                                    {"sample", w.number},
                                                    {"completion", given.completion},
                                                    {"prompt_cut", given.prompt_cut}}));
    SNOWCODER_TRY(auto const row, journal.read_at(where));  // as it will be read after a kill: valid UTF-8
    known[key_of(w)] = {row.value("completion", std::string()), given.prompt_cut};
    run.bar.advance();
    return {};
  };
  auto const here = [&](auto& device) {
    return options.precision == "bf16" ? detail::complete_here<R, bfloat16>(run, device, options, *from, left, done)
                                       : detail::complete_here<R, float>(run, device, options, *from, left, done);
  };
  SNOWCODER_CHECK(from ? with_device(options.device, run.threads, here)
                       : detail::complete_there<R>(options, run.seed, left, done));

  std::string text;
  io::json cut = io::json::object();  // by task: tokens that its prompt lost
  for (auto const& w : wanted) {
    auto const& given = known[key_of(w)];
    text += io::sample_line({w.task->id, given.completion, false}) + "\n";
    if (given.prompt_cut > 0) cut[w.task->id] = given.prompt_cut;
  }
  SNOWCODER_CHECK(stamp.write_file(
      options.out, {{"tasks", tasks.size()}, {"samples", wanted.size()}, {"tasks_cut", cut.size()}, {"prompt_cut", cut}},
      [&] { return io::write_file(options.out, text); }));
  std::error_code ignored;
  std::filesystem::remove(journal_path, ignored);
  if (!cut.empty())
    run.say(
        fmt::format("{} of {} prompts lost their beginning: with {} new tokens they are more than a context of {} holds. "
                    "A score says less of these tasks ({} names them)",
                    cut.size(), tasks.size(), R::evaluation.new_tokens, R::model.context, stamp_beside(options.out).string()));
  run.say(std::to_string(wanted.size()) + " completions: " + options.out.string() + "; next: judge --benchmark … --samples " +
          options.out.string());
  return outcome::done;
}

}  // namespace snowcoder::pipeline

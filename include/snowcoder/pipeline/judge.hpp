// SPDX-License-Identifier: Apache-2.0
// judge: verdicts for the samples of a benchmark (paper section 3). The result file is the same for the same samples, limits
// and interpreter; how long each took lies in a file beside it. What prints a score prints the limits, the data's md5 and
// how the benchmark's own solutions fared under the same conditions.
#pragma once

#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/core/enum_name.hpp>
#include <snowcoder/evaluate/judge.hpp>
#include <snowcoder/evaluate/pass_at_k.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/md5.hpp>
#include <snowcoder/io/sample_file.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/python_packages.hpp>
#include <snowcoder/pipeline/run_context.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace snowcoder::pipeline {

struct judge_options {
  std::filesystem::path benchmark, samples, out;
  std::filesystem::path packages;  ///< python_packages.hpp
  int workers = 0;                 ///< 0: one per thread
  bool canonical = false;          ///< judge the benchmark's own solutions
  bool ground_truth = true;        ///< judge those of the sampled tasks as well, to print beside the score
  bool allow_weaker = false;       ///< go on where untrusted code cannot be kept from files
};

namespace detail {

/// "python3.11"
inline std::string interpreter_name() {
  std::error_code ignored;
  return std::filesystem::canonical(evaluate::interpreter, ignored).filename().string();
}

/// Judges with a journal, so that a killed run goes on where it was.
inline expected<std::vector<judged_sample>> judge_all(evaluate::sandbox& box, std::vector<benchmark_task> const& tasks,
                                                      std::vector<sample> const& samples, io::journal& journal,
                                                      std::map<std::string, judged_sample>& known, int workers, progress& bar,
                                                      python_packages const& packages) {
  std::map<std::string, benchmark_task const*> by_id;
  for (auto const& t : tasks) by_id.emplace(t.id, &t);
  auto const& b = box.bounds();
  auto const python = interpreter_name();
  auto key = [&](sample const& s) {
    auto const t = by_id.find(s.task);
    std::string all = fmt::format("{} {} {} {} {} {} {} {} {}", python, packages.text(), b.seconds, b.call_seconds,
                                  b.reference_factor, b.memory, b.tasks, b.file_bytes, s.whole);
    ((all += '\0') += s.task) += '\0';
    if (t != by_id.end())
      for (auto const* text :
           {&t->second->stub, &t->second->prompt, &t->second->test, &t->second->solution, &t->second->row, &t->second->suite})
        (all += *text) += '\0';
    return hash((all += '\0') += s.completion).hex();
  };
  std::vector<judged_sample> results(samples.size());
  std::vector<sample> left;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (auto const old = known.find(key(samples[i])); old != known.end()) {
      results[i] = old->second;
      results[i].answer = samples[i];
      bar.advance();
    } else {
      left.push_back(samples[i]);
      places.push_back(i);
    }
  }
  evaluate::judge judge(box, workers);
  SNOWCODER_CHECK(judge.run(
      tasks, left,
      [&](std::size_t i, judged_sample v) -> expected<void> {
        auto const k = key(v.answer);
        SNOWCODER_CHECK(journal.append(
            {{"key", k}, {"verdict", name_of(v.outcome)}, {"detail", v.detail}, {"seconds", v.seconds}, {"base", v.base}},
            io::journal::durable::no));
        known[k] = v;
        results[places[i]] = std::move(v);
        return {};
      },
      &bar));
  return results;
}

}  // namespace detail

template <config::recipe R>
expected<outcome> judge(judge_options const& options, run_context& run) {
  SNOWCODER_TRY(auto const tasks, io::read_benchmark(options.benchmark));
  SNOWCODER_TRY(auto const md5, io::text_md5(options.benchmark));
  std::vector<sample> own, samples;
  for (auto const& t : tasks)
    if (!t.solution.empty()) own.push_back({t.id, t.solution, false});
  if (options.canonical) {
    if (own.empty()) return failure("the benchmark has no solutions of its own", options.benchmark.string(), "give --samples");
    samples = own;
  } else {
    SNOWCODER_TRY(samples, io::read_samples(options.samples));
    if (samples.empty()) return failure("no samples", options.samples.string());
  }

  SNOWCODER_TRY(auto const packages, python_packages::find(options.packages));
  auto stamp = provenance::of<R>("judge", {{"canonical", options.canonical},
                                           {"ground_truth", options.ground_truth},
                                           {"weaker", options.allow_weaker},
                                           {"packages", packages.names}});
  SNOWCODER_CHECK(stamp.add_input(options.benchmark));
  if (!options.canonical) SNOWCODER_CHECK(stamp.add_input(options.samples));
  SNOWCODER_CHECK(io::check_file_place(options.out));
  if (stamp.finished(stamp_beside(options.out)))
    if (auto const old = io::read_json(options.out); old && old->contains("verdicts")) {
      run.say("already judged: " + options.out.string());
      return (*old)["verdicts"].contains("refused") ? outcome::some_refused : outcome::done;
    }

  std::map<std::string, std::size_t> order;
  for (std::size_t i = 0; i < tasks.size(); ++i) order.emplace(tasks[i].id, i);
  auto const place = [&](sample const& s) {
    auto const found = order.find(s.task);
    return found == order.end() ? tasks.size() : found->second;
  };
  auto const by_place = [&](sample const& a, sample const& b) { return place(a) < place(b); };
  std::stable_sort(samples.begin(), samples.end(), by_place);
  std::vector<bool> sampled(tasks.size() + 1);
  for (auto const& s : samples) sampled[place(s)] = true;
  std::erase_if(own, [&](auto const& s) { return options.canonical || !options.ground_truth || !sampled[place(s)]; });
  // Of every task its own solution, then its samples: what that answers is found once for all of them.
  std::vector<sample> all;
  std::merge(own.begin(), own.end(), samples.begin(), samples.end(), std::back_inserter(all), by_place);

  constexpr auto setting = R::evaluation;
  evaluate::limits const limits{.seconds = setting.seconds,
                                .call_seconds = setting.call_seconds,
                                .reference_factor = setting.reference_factor,
                                .memory = setting.memory,
                                .tasks = setting.processes,
                                .file_bytes = setting.file_bytes};
  SNOWCODER_TRY(auto box, evaluate::open_sandbox(limits, options.allow_weaker, packages.folder.string()));
  if (!box.standing().enough()) run.say("warning: this machine lacks walls; only those named in the result stand");

  auto const journal_path = options.out.string() + ".journal";
  std::map<std::string, judged_sample> known;
  SNOWCODER_TRY(auto journal, io::journal::open(journal_path, [&](io::json const& row, io::journal::place) -> expected<void> {
                  if (!row.is_object()) return failure("not a judge's journal", journal_path, "move the file away");
                  known[row.value("key", "")] = {{},
                                                 from_name<verdict>(row.value("verdict", "")).value_or(verdict::crashed),
                                                 row.value("detail", ""),
                                                 row.value("seconds", 0.0),
                                                 row.value("base", false)};
                  return {};
                }));
  run.bar.begin("judging", "samples", std::int64_t(all.size()));
  int const workers = options.workers > 0 ? options.workers : run.threads;
  SNOWCODER_TRY(auto const judged, detail::judge_all(box, tasks, all, journal, known, workers, run.bar, packages));
  std::vector<judged_sample> truths, verdicts;
  for (auto const& v : judged) {
    bool const is_own = truths.size() < own.size() && own[truths.size()].task == v.answer.task;
    (is_own ? truths : verdicts).push_back(v);
  }

  // Of a sample that could not be judged nothing is known: it does not count.
  std::vector<evaluate::task_count> counts(tasks.size()), base_counts(tasks.size());
  std::map<verdict, std::int64_t> by_verdict;
  io::json rows = io::json::array();
  std::string seconds;
  std::map<std::string, int> numbers;
  for (auto const& v : verdicts) {
    auto const at = place(v.answer);
    int const number = numbers[v.answer.task]++;
    if (v.outcome != verdict::refused) {
      counts[at].samples++, base_counts[at].samples++;
      counts[at].passed += v.outcome == verdict::passed;
      base_counts[at].passed += v.base;
    }
    ++by_verdict[v.outcome];
    rows.push_back({{"task_id", v.answer.task}, {"sample", number}, {"verdict", name_of(v.outcome)}, {"detail", v.detail}});
    seconds += io::to_line({{"task_id", v.answer.task}, {"sample", number}, {"seconds", v.seconds}}) + "\n";
  }
  for (auto* each : {&counts, &base_counts}) std::erase_if(*each, [](auto const& c) { return c.samples == 0; });
  auto const pass_at = [](std::vector<evaluate::task_count> const& of) {
    io::json pass = io::json::object();
    for (int k : {1, 10, 100})
      if (auto const p = evaluate::pass_at_k(of, k)) pass[std::to_string(k)] = *p;
    return pass;
  };
  auto const pass = pass_at(counts);
  io::json verdict_counts = io::json::object();
  for (auto const& [v, n] : by_verdict) verdict_counts[std::string(name_of(v))] = n;

  auto const any_task = [&](auto const& is) { return std::any_of(tasks.begin(), tasks.end(), is); };
  bool const plus = any_task([](auto const& t) { return t.row.find("\"plus_input\"") != std::string::npos; });
  bool const cases = any_task([](auto const& t) { return t.has_cases(); });

  io::json result{
      {"benchmark", {{"name", io::benchmark_name(options.benchmark)}, {"md5", md5}, {"tasks", tasks.size()}}},
      {"judged",
       {{"samples", verdicts.size()}, {"tasks", counts.size()}, {"canonical", options.canonical}, {"beside_tests", cases}}},
      {"pass_at", pass},
      {"verdicts", verdict_counts},
      {"limits",
       {{"seconds", limits.seconds},
        {"call_seconds", limits.call_seconds},
        {"reference_factor", limits.reference_factor},
        {"memory", limits.memory},
        {"tasks", limits.tasks},
        {"file_bytes", limits.file_bytes}}},
      {"walls", box.standing().standing()},
      {"interpreter", detail::interpreter_name()},
      {"packages", packages.names},
      {"recipe", {{"name", R::name}, {"fingerprint", config::fingerprint<R>.hex()}}}};
  if (plus) result["base_pass_at"] = pass_at(base_counts);
  if (!own.empty()) {
    io::json failed = io::json::array();
    for (auto const& t : truths)
      if (t.outcome != verdict::passed)
        failed.push_back({{"task_id", t.answer.task}, {"verdict", name_of(t.outcome)}, {"detail", t.detail}});
    result["ground_truth"] = {{"tasks", truths.size()}, {"passed", truths.size() - failed.size()}, {"failed", failed}};
  }
  result["results"] = std::move(rows);

  SNOWCODER_CHECK(io::write_file(options.out.string() + ".seconds.jsonl", seconds));
  SNOWCODER_CHECK(stamp.write_file(options.out, verdict_counts, [&] { return io::write_json(options.out, result); }));
  std::error_code ignored;
  std::filesystem::remove(journal_path, ignored);

  auto const score = [&](char const* name, char const* label) {
    auto const p = result.contains(name) ? result[name].find("1") : result.end();
    return result.contains(name) && p != result[name].end()
               ? fmt::format(", {} {:.1f} %", label, p->template get<double>() * 100)
               : "";
  };
  auto const refused = by_verdict[verdict::refused];
  run.say(fmt::format("{}: {} of {} samples passed, {} tasks of {}{}{}{}; {:.4g} s a call, {:.4g} s and {} MiB a sample{}",
                      io::benchmark_name(options.benchmark), by_verdict[verdict::passed], verdicts.size(), counts.size(),
                      tasks.size(), score("pass_at", "pass@1"), score("base_pass_at", "by base inputs alone"),
                      refused ? fmt::format("; {} could not be judged and do not count", refused) : "", limits.call_seconds,
                      limits.seconds, limits.memory >> 20,
                      own.empty() ? ""
                                  : fmt::format("; the benchmark's own solutions: {} of {}",
                                                result["ground_truth"]["passed"].template get<std::int64_t>(), truths.size())));
  return refused ? outcome::some_refused : outcome::done;
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// synthesize: seeds → generator → accepted documents (paper section 2.4). In rounds: all questions of the round are answered,
// each answer safe in a journal; then all answers are judged in the order of their seeds; until the recipe's tokens are there.
// So the outcome depends neither on the order of answers nor on how often the run was cut short.
//
//   DIR/journal.jsonl     every request and its answer (asked from a server); can be replayed
//   DIR/documents/…       accepted files, source and repository "synthetic", path from the seed's content hash
//   DIR/rejects.jsonl     every answer that was refused, and why
//   DIR/report.json       counts by language and reason, shares of tokens
#pragma once

#include <snowcoder/config/accounting.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/output_folder.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/recorded_answers.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/synthesize_accept.hpp>
#include <snowcoder/pipeline/synthesize_ask.hpp>
#include <snowcoder/pipeline/synthesize_write.hpp>
#include <snowcoder/synthesize/rounds.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Tokens that are to be accepted; 0: whatever the seeds give.
template <config::recipe R>
expected<std::int64_t> tokens_wanted(synthesize_options const& o) {
  if (o.tokens > 0 || R::synthesis.mix != config::mix_rule::generate) return o.tokens;
  if constexpr (constexpr auto tokens = config::tokens_to_write<R>(); tokens > 0) return tokens;
  return failure("the recipe has no synthetic phase that says how many tokens to write", std::string(R::name),
                 "give --tokens N");
}

/// The seeds of this run, in the order of asking.
template <config::recipe R>
expected<std::vector<chosen_document>> seeds_of(synthesize_options const& o) {
  constexpr auto how = R::synthesis;
  std::vector<chosen_document> candidates;
  if (how.pool == config::seed_pool::phase2_top) {
    SNOWCODER_TRY(auto manifest, io::read_selection(o.selection));
    candidates = std::move(manifest.documents);
  } else {
    SNOWCODER_CHECK(io::for_each_document(o.in, [&](document&& d) -> expected<void> {
      candidates.push_back({d.id, d.language, 0, synthesize::three_bytes_a_token{}(d.text)});
      return {};
    }));
    draws const draw("seed pool", how.seed);
    std::sort(candidates.begin(), candidates.end(), [&](auto const& a, auto const& b) {
      return std::pair(draw(hash64(a.id)), a.id) < std::pair(draw(hash64(b.id)), b.id);
    });
  }
  auto seeds = synthesize::choose_seeds(std::move(candidates), how, o.limit);
  if (seeds.empty()) return failure("no seeds", o.selection.string(), "select documents first");
  return seeds;
}

}  // namespace detail

template <config::recipe R, class Count>
expected<outcome> synthesize_counted(run_context& run, synthesize_options const& o, Count const& count) {
  bool const replayed = !o.replay.empty();
  SNOWCODER_TRY(auto const budget, detail::tokens_wanted<R>(o));
  auto stamp = provenance::of<R>("synthesize", {{"mode", replayed ? "replay" : "server"},
                                                {"model", o.model},
                                                {"licence", o.licence},
                                                {"limit", o.limit},
                                                {"tokens", budget},
                                                {"seed", run.seed},
                                                {"tokenizer", !o.tokenizer.empty()}});
  std::vector<std::filesystem::path> inputs{io::documents_folder(o.in), o.selection};
  for (auto const& path : {o.replay, o.tokenizer})
    if (!path.empty()) inputs.push_back(path);
  inputs.insert(inputs.end(), o.benchmarks.begin(), o.benchmarks.end());
  for (auto const& path : inputs) SNOWCODER_CHECK(stamp.add_input(path, run.threads));
  SNOWCODER_TRY(auto const lock, io::folder_lock::take(o.out));
  auto const report_path = o.out / "report.json";
  if (stamp.finished(o.out / "provenance.json"))
    if (auto const old = io::read_json(report_path); old && io::value_or_null(*old, "given_up") == 0) {
      run.say("already synthesised: " + o.out.string());
      return io::value_or_null(*old, "seeds_not_found") == 0 ? outcome::done : outcome::some_refused;
    }

  // A folder of ours has a stamp, or at least answers of a run that was cut short.
  if (!std::filesystem::exists(o.out / "journal.jsonl") && !std::filesystem::exists(o.out / ".replayed.jsonl"))
    SNOWCODER_CHECK(check_output_folder(o.out, "synthesize", "--out"));
  SNOWCODER_TRY(auto const seeds, detail::seeds_of<R>(o));
  synthesize::seed_rounds rounds(seeds, R::synthesis, budget);
  SNOWCODER_CHECK(stamp.begin(o.out / "provenance.json"));

  // A replay is read again after a kill, so what it writes is only a work file; a server's answers are kept for good.
  auto const work = o.out / ".replayed.jsonl";
  std::error_code ignored;
  std::filesystem::remove(work, ignored);
  known_answers known, answers;
  SNOWCODER_TRY(auto journal, io::journal::open(replayed ? work : o.out / "journal.jsonl",
                                                [&](io::json const& row, io::journal::place at) -> expected<void> {
                                                  SNOWCODER_TRY(auto const a,
                                                                io::parse_answer(row, (o.out / "journal.jsonl").string()));
                                                  known[{a.seed, a.number}] = {at, io::text_or(row, "request_hash")};
                                                  return {};
                                                }));
  SNOWCODER_TRY(auto const detector, benchmark_detector<R>(o.benchmarks));
  recorded_answers recorded(o.replay);
  std::set<hash128> met;
  judged_answers judged;
  do {
    run.bar.begin(replayed ? "replaying" : "asking", "answers", rounds.fresh() * R::synthesis.outputs_per_seed);
    SNOWCODER_TRY(auto documents, io::document_stream::open(o.in));
    detail::question_stream<R, Count> questions(std::move(documents), rounds, met, count, run.seed);
    SNOWCODER_CHECK(replayed ? detail::replay(run, recorded, questions, journal, answers)
                             : detail::ask_server<R>(run, o, questions, journal, known, answers));
    SNOWCODER_TRY(judged, judge_answers<R>(run, o.in, detector, rounds, journal, answers, count));
  } while (rounds.next(judged.tokens()));
  if (replayed && answers.empty())
    return failure("no row answers a selected seed (" + std::to_string(recorded.rows()) + " rows, " +
                       std::to_string(seeds.size()) + " seeds)",
                   o.replay.string(), "replay a journal that was made from this selection, or ask a server");

  SNOWCODER_CHECK(write_synthetic(o.out, judged, journal, o.licence));
  auto report = synthesis_report<R>(judged, rounds, budget);
  std::int64_t const given_up = replayed ? 0 : judged.unanswered;
  report["given_up"] = given_up;
  report["licence"] = o.licence;
  report["tokens_by"] = o.tokenizer.empty() ? "estimate: three bytes a token" : "the tokenizer";
  std::filesystem::remove(work, ignored);
  SNOWCODER_CHECK(io::write_json(report_path, report));
  SNOWCODER_CHECK(stamp.write(o.out / "provenance.json", report));
  run.say(fmt::format("{} of {} answers accepted, {} seeds unanswered; Python {:.1f} % of tokens, the recipe trains {:.0f} %",
                      judged.accepted.size(), judged.answered, judged.unanswered,
                      report["python_share"].template get<double>() * 100, R::synthesis.python_share * 100));
  if (auto const tokens = report["tokens"].template get<std::int64_t>(); tokens < budget)
    run.say(fmt::format("{} of {} tokens: the seeds of some languages did not last (report.json says which)",
                        with_commas(tokens), with_commas(budget)));
  if (o.licence.empty())
    run.say(
        "note: the licence of the model that wrote these is not recorded; give --licence, the card of a published model "
        "names it");
  if (given_up) run.say("the server gave up on " + std::to_string(given_up) + " questions; the same command asks them again");
  if (judged.seeds_not_found)
    run.say(std::to_string(judged.seeds_not_found) + " of the seeds are not in " + o.in.string() +
            ": give the documents that were selected from");
  return given_up || judged.seeds_not_found ? outcome::some_refused : outcome::done;
}

template <config::recipe R>
expected<outcome> synthesize(run_context& run, synthesize_options const& o) {
  if (o.tokenizer.empty()) return synthesize_counted<R>(run, o, synthesize::three_bytes_a_token{});
  SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(o.tokenizer));
  return synthesize_counted<R>(run, o, [&](std::string_view text) { return std::int64_t(tokenizer.encode(text).size()); });
}

}  // namespace snowcoder::pipeline

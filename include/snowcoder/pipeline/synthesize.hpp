// SPDX-License-Identifier: Apache-2.0
// synthesize: seeds → generator → accepted documents (paper section 2.4). First all questions are answered, each answer
// safe in a journal; then the journal is judged in the order of the documents, so that the outcome depends neither on the order
// of answers nor on how often the run was cut short.
//
//   DIR/journal.jsonl     every request and its answer (asked from a server); can be replayed
//   DIR/documents/…       accepted files, source and repository "synthetic", path from the seed's content hash
//   DIR/rejects.jsonl     every answer that was refused, and why
//   DIR/report.json       counts by language and reason, shares of tokens
#pragma once

#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/folder_lock.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/selection_file.hpp>
#include <snowcoder/pipeline/chat_server.hpp>
#include <snowcoder/pipeline/open_tokenizer.hpp>
#include <snowcoder/pipeline/output_folder.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/recorded_answers.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/synthesize_accept.hpp>
#include <snowcoder/synthesize/prompt.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct synthesize_options {
  std::filesystem::path in, selection, replay, out, tokenizer, key_file;
  std::vector<std::filesystem::path> benchmarks;
  std::string server, model;
  std::int64_t limit = 0;  ///< seeds; 0: all
  int parallel = 8;        ///< requests in flight
  int timeout = 600;       ///< seconds for one request
};

namespace detail {

/// The seeds of this run: id and whether it has been met among the documents.
template <config::recipe R>
expected<std::unordered_map<std::string, bool>> seeds_of(synthesize_options const& o) {
  constexpr auto how = R::synthesis;
  std::vector<chosen_document> candidates;
  if (how.pool == config::seed_pool::phase2_top) {
    SNOWCODER_TRY(auto manifest, io::read_selection(o.selection));
    candidates = std::move(manifest.documents);
  } else {
    SNOWCODER_CHECK(io::for_each_document(o.in, [&](document&& d) -> expected<void> {
      candidates.push_back({d.id, d.language, 0, 0});
      return {};
    }));
    draws const draw("seed pool", how.seed);
    std::sort(candidates.begin(), candidates.end(), [&](auto const& a, auto const& b) {
      return std::pair(draw(hash64(a.id)), a.id) < std::pair(draw(hash64(b.id)), b.id);
    });
  }
  std::unordered_map<std::string, bool> seeds;
  for (auto const& s : synthesize::choose_seeds(candidates, how, o.limit)) seeds.emplace(s.id, false);
  if (seeds.empty()) return failure("no seeds", o.selection.string(), "select documents first");
  return seeds;
}

/// Turns the documents into questions, one seed at a time.
template <config::recipe R, class Count>
class question_stream {
 public:
  question_stream(io::document_stream documents, std::unordered_map<std::string, bool>& seeds, Count const& count,
                  std::uint64_t seed)
      : documents_(std::move(documents)), seeds_(seeds), count_(count), seed_(seed) {}

  expected<std::optional<synthesis_question>> next() {
    constexpr auto how = R::synthesis;
    while (ready_.empty()) {
      SNOWCODER_TRY(auto d, documents_.next());
      if (!d) return std::optional<synthesis_question>();
      auto const chosen = seeds_.find(d->id);
      if (chosen == seeds_.end() || chosen->second) continue;
      chosen->second = true;
      auto const content = d->content_hash();
      if (!met_.insert(content).second) continue;  // the same text twice is one seed
      auto const window = synthesize::seed_window(d->text, how, content.high, count_);
      if (!window) continue;  // judged, and refused, later
      for (int number = 0; number < how.outputs_per_seed; ++number)
        ready_.push_back({content.hex(), number, d->repository, d->path, d->language, synthesize::system_message(),
                          synthesize::user_message(*window, d->language),
                          draws("sampling", how.seed + seed_)(content.high, std::uint64_t(number)) & 0x7fffffff});
    }
    auto q = std::move(ready_.front());
    ready_.pop_front();
    return std::optional<synthesis_question>(std::move(q));
  }

 private:
  io::document_stream documents_;
  std::unordered_map<std::string, bool>& seeds_;
  Count const& count_;
  std::uint64_t seed_;
  std::set<hash128> met_;
  std::deque<synthesis_question> ready_;
};

/// Asks the server what the journal does not know yet; fills `answers` with the places of this run's answers.
template <config::recipe R, class Questions>
expected<void> ask_server(run_context& run, synthesize_options const& o, Questions& questions, io::journal& journal,
                          known_answers const& known, known_answers& answers, std::int64_t& unanswered) {
  chat_server::settings settings{o.server, o.model, {}, {}};
  SNOWCODER_TRY(settings.key, server_key(o.key_file));
  settings.http.in_flight = o.parallel;
  settings.http.timeout = std::chrono::seconds(o.timeout);
  auto const keep = [&](synthesis_question const& q, synthetic_answer const& a, io::json about) -> expected<void> {
    auto row = io::answer_row(q, a);
    auto const asked = about["request_hash"].template get<std::string>();
    row.update(about);
    SNOWCODER_TRY(auto const place, journal.append(row));
    answers[{q.seed, q.number}] = {place, asked};
    return {};
  };
  chat_server server(settings, R::synthesis, keep);
  return server.answer_all(
      [&]() -> expected<std::optional<synthesis_question>> {
        for (;;) {
          SNOWCODER_TRY(auto q, questions.next());
          if (!q) return std::optional<synthesis_question>();
          auto const old = known.find({q->seed, q->number});
          if (old == known.end() || old->second.request_hash != server.request_hash(*q)) return q;
          answers.insert(*old);
          run.bar.advance();
        }
      },
      [&](synthesis_question const&, std::optional<synthetic_answer> a) -> expected<void> {
        unanswered += !a;
        run.bar.advance();
        return {};
      });
}

}  // namespace detail

template <config::recipe R, class Count>
expected<outcome> synthesize_counted(run_context& run, synthesize_options const& o, Count const& count) {
  bool const replayed = !o.replay.empty();
  auto stamp = provenance::of<R>("synthesize", {{"mode", replayed ? "replay" : "server"},
                                                {"model", o.model},
                                                {"limit", o.limit},
                                                {"seed", run.seed},
                                                {"tokenizer", !o.tokenizer.empty()}});
  std::vector<std::filesystem::path> inputs{io::documents_folder(o.in), o.selection};
  for (auto const& path : {o.replay, o.tokenizer})
    if (!path.empty()) inputs.push_back(path);
  inputs.insert(inputs.end(), o.benchmarks.begin(), o.benchmarks.end());
  for (auto const& path : inputs) SNOWCODER_CHECK(stamp.add_input(path));
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
  SNOWCODER_TRY(auto seeds, detail::seeds_of<R>(o));
  SNOWCODER_CHECK(stamp.begin(o.out / "provenance.json"));
  run.bar.begin(replayed ? "replaying" : "asking", "answers", std::int64_t(seeds.size()) * R::synthesis.outputs_per_seed);
  SNOWCODER_TRY(auto documents, io::document_stream::open(o.in));
  detail::question_stream<R, Count> questions(std::move(documents), seeds, count, run.seed);

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
  std::int64_t unanswered = 0, given_up = 0;
  if (replayed) {
    recorded_answers recorded(o.replay);
    SNOWCODER_CHECK(recorded.answer_all([&] { return questions.next(); },
                                        [&](synthesis_question const& q, std::optional<synthetic_answer> a) -> expected<void> {
                                          run.bar.advance();
                                          unanswered += !a;
                                          if (!a) return {};
                                          SNOWCODER_TRY(auto const place,
                                                        journal.append(io::answer_row(q, *a), io::journal::durable::no));
                                          answers[{q.seed, q.number}] = {place, {}};
                                          return {};
                                        }));
    if (answers.empty())
      return failure("no row answers a selected seed (" + std::to_string(recorded.rows()) + " rows, " +
                         std::to_string(seeds.size()) + " seeds)",
                     o.replay.string(), "replay a journal that was made from this selection, or ask a server");
  } else {
    SNOWCODER_CHECK((detail::ask_server<R>(run, o, questions, journal, known, answers, given_up)));
    unanswered = given_up;
  }

  SNOWCODER_TRY(auto report, accept_answers<R>(run, o.in, o.out, o.benchmarks, seeds, journal, answers, count));
  report["unanswered"] = unanswered;
  report["given_up"] = given_up;
  report["tokens_by"] = o.tokenizer.empty() ? "estimate: three bytes a token" : "the tokenizer";
  std::filesystem::remove(work, ignored);
  SNOWCODER_CHECK(io::write_json(report_path, report));
  SNOWCODER_CHECK(stamp.write(o.out / "provenance.json", report));
  run.say(fmt::format("{} of {} answers accepted, {} seeds unanswered; Python {:.1f} % of tokens, the recipe trains {:.0f} %",
                      report["accepted"].template get<std::int64_t>(), report["answered"].template get<std::int64_t>(),
                      unanswered, report["python_share"].template get<double>() * 100, R::synthesis.python_share * 100));
  if (given_up) run.say("the server gave up on " + std::to_string(given_up) + " questions; the same command asks them again");
  bool const all_found = report["seeds_not_found"] == 0;
  if (!all_found)
    run.say(report["seeds_not_found"].dump() + " of the seeds are not in " + o.in.string() +
            ": give the documents that were selected from");
  return given_up || !all_found ? outcome::some_refused : outcome::done;
}

template <config::recipe R>
expected<outcome> synthesize(run_context& run, synthesize_options const& o) {
  if (o.tokenizer.empty()) return synthesize_counted<R>(run, o, synthesize::three_bytes_a_token{});
  SNOWCODER_TRY(auto const tokenizer, open_tokenizer<R>(o.tokenizer));
  return synthesize_counted<R>(run, o, [&](std::string_view text) { return std::int64_t(tokenizer.encode(text).size()); });
}

}  // namespace snowcoder::pipeline

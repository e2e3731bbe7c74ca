// SPDX-License-Identifier: Apache-2.0
// The first part of synthesize: the questions of a round, and their answers from a server or a recording into the journal.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/pipeline/chat_server.hpp>
#include <snowcoder/pipeline/judged_answers.hpp>
#include <snowcoder/pipeline/recorded_answers.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/pipeline/server_key.hpp>
#include <snowcoder/synthesize/prompt.hpp>
#include <snowcoder/synthesize/rounds.hpp>
#include <snowcoder/synthesize/seed.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct synthesize_options {
  std::filesystem::path in, selection, replay, out, tokenizer, key_file;
  std::vector<std::filesystem::path> benchmarks;
  std::string server, model;
  std::string licence;      ///< of what the model writes; empty: not recorded
  std::int64_t limit = 0;   ///< seeds; 0: all
  std::int64_t tokens = 0;  ///< to be written; 0: what the recipe's mix and its synthetic phase ask for
  int parallel = 8;         ///< requests in flight
  int timeout = 600;        ///< seconds for one request
};

namespace detail {

/// Turns the documents into the questions of a round, one seed at a time. `met`: contents of the seeds of all rounds; the same
/// text twice is one seed.
template <config::recipe R, class Count>
class question_stream {
 public:
  question_stream(io::document_stream documents, synthesize::seed_rounds const& rounds, std::set<hash128>& met,
                  Count const& count, std::uint64_t seed)
      : documents_(std::move(documents)), rounds_(rounds), met_(met), count_(count), seed_(seed) {}

  expected<std::optional<synthesis_question>> next() {
    constexpr auto how = R::synthesis;
    while (ready_.empty()) {
      SNOWCODER_TRY(auto d, documents_.next());
      if (!d) return std::optional<synthesis_question>();
      auto const place = rounds_.find(d->id);
      if (!place || !place->fresh) continue;
      auto const content = d->content_hash();
      if (!met_.insert(content).second) continue;
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
  synthesize::seed_rounds const& rounds_;
  std::set<hash128>& met_;
  Count const& count_;
  std::uint64_t seed_;
  std::deque<synthesis_question> ready_;
};

/// Asks the server what the journal does not know yet; fills `answers` with the places of this run's answers.
template <config::recipe R, class Questions>
expected<void> ask_server(run_context& run, synthesize_options const& o, Questions& questions, io::journal& journal,
                          known_answers const& known, known_answers& answers) {
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
      [&](synthesis_question const&, std::optional<synthetic_answer>) -> expected<void> {
        run.bar.advance();
        return {};
      });
}

/// The same from a recording; what it holds for other seeds is passed over.
template <class Questions>
expected<void> replay(run_context& run, recorded_answers& recorded, Questions& questions, io::journal& journal,
                      known_answers& answers) {
  return recorded.answer_all([&] { return questions.next(); },
                             [&](synthesis_question const& q, std::optional<synthetic_answer> a) -> expected<void> {
                               run.bar.advance();
                               if (!a) return {};
                               SNOWCODER_TRY(auto const place, journal.append(io::answer_row(q, *a), io::journal::durable::no));
                               answers[{q.seed, q.number}] = {place, {}};
                               return {};
                             });
}

}  // namespace detail

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// `annotate label`: labels of educational value for ANN-EDU, from any OpenAI-compatible server or from the journal of an
// earlier run. The documents are those that training would draw first. Every answer is safe in OUT's journal before the next
// step; a killed run asks only what it has no answer to.
//
//   OUT (labels.jsonl)      {"id", "label"} in the order of the documents: the rows that `annotate train --labels` reads
//   OUT.journal.jsonl       every request and its answer; can be replayed
//   OUT.rejects.jsonl       answers without a grade, and questions without an answer
#pragma once

#include <snowcoder/annotate/edu_prompt.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/quantity.hpp>
#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/pipeline/annotate_embed.hpp>
#include <snowcoder/pipeline/annotate_texts.hpp>
#include <snowcoder/pipeline/chat_server.hpp>
#include <snowcoder/pipeline/provenance.hpp>
#include <snowcoder/pipeline/recorded_answers.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/synthesize/code_fence.hpp>

#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct label_options {
  std::filesystem::path in, out, replay, key_file;
  std::string server, model;
  std::int64_t count = 0;  ///< documents to label; 0: as many as the recipe trains on
  int parallel = 8;        ///< requests in flight
  int timeout = 300;       ///< seconds for one request
};

namespace detail {

/// The sampled documents of a folder as questions; remembers whose they were.
template <config::recipe R>
class label_questions {
 public:
  struct asked {
    std::string id;
    hash128 content;
  };
  label_questions(io::document_stream documents, std::uint64_t limit, std::uint64_t seed)
      : documents_(std::move(documents)), limit_(limit), seed_(seed), order_("annotator examples", seed) {}

  expected<std::optional<synthesis_question>> next() {
    for (;;) {
      SNOWCODER_TRY(auto d, documents_.next());
      if (!d) return std::optional<synthesis_question>();
      auto const content = d->content_hash();
      if (annotate::reserved_for_auc(content, seed_) || order_(content.high, content.low) > limit_) continue;
      sample_.push_back({d->id, content});
      if (!grades.emplace(content, std::nullopt).second) continue;  // the same text twice is one question
      auto const fence = synthesize::fence_for(annotate::edu_excerpt(d->text));
      synthesis_question q{content.hex(), 0, d->repository, d->path, d->language, annotate::edu_system_message(), {}, 0};
      q.user = annotate::edu_user_message(d->text, d->language, R::annotator, fence);
      q.sampling_seed = order_(content.high, content.low) & 0x7fffffff;
      return std::optional<synthesis_question>(std::move(q));
    }
  }
  /// An answer's grade, or why it has none.
  void take(std::string const& seed, synthetic_answer const& a) {
    auto const content = hash128::from_hex(seed);
    if (!content) return;
    if (a.finish_reason == "refused")
      reasons[*content] = {"request_refused", a.response};
    else if (auto const grade = annotate::edu_grade(a.response, R::annotator))
      grades[*content] = grade;
    else
      reasons[*content] = {"no_grade_in_answer", a.response.substr(0, 200)};
  }
  std::vector<asked> const& sample() const { return sample_; }

  std::unordered_map<hash128, std::optional<double>> grades;
  struct refusal {
    std::string reason = "no_answer", detail;
  };
  std::unordered_map<hash128, refusal> reasons;

 private:
  io::document_stream documents_;
  std::uint64_t limit_, seed_;
  draws order_;
  std::vector<asked> sample_;
};

/// Answers at temperature 0, of a length that leaves room for a reason.
template <config::recipe R>
constexpr config::synthesis grading() {
  auto how = R::synthesis;
  how.temperature = 0;
  how.top_p = 1;
  how.answer_tokens = 400;
  return how;
}

template <config::recipe R>
expected<void> ask_for_grades(run_context& run, label_options const& o, label_questions<R>& questions,
                              std::filesystem::path const& journal_path) {
  std::unordered_map<std::string, std::pair<std::string, synthetic_answer>> known;  // by seed: hash of the request, answer
  SNOWCODER_TRY(auto journal, io::journal::open(journal_path, [&](io::json const& row, io::journal::place) -> expected<void> {
                  SNOWCODER_TRY(auto a, io::parse_answer(row, journal_path.string()));
                  auto const seed = a.seed;
                  known[seed] = {io::text_or(row, "request_hash"), std::move(a)};
                  return {};
                }));
  chat_server::settings settings{o.server, o.model, {}, {}};
  SNOWCODER_TRY(settings.key, server_key(o.key_file));
  settings.http.in_flight = o.parallel;
  settings.http.timeout = std::chrono::seconds(o.timeout);
  chat_server server(settings, grading<R>(),
                     [&](synthesis_question const& q, synthetic_answer const& a, io::json about) -> expected<void> {
                       auto row = io::answer_row(q, a);
                       row.update(about);
                       SNOWCODER_CHECK(journal.append(row));
                       return {};
                     });
  return server.answer_all(
      [&]() -> expected<std::optional<synthesis_question>> {
        for (;;) {
          SNOWCODER_TRY(auto q, questions.next());
          if (!q) return std::optional<synthesis_question>();
          auto const old = known.find(q->seed);
          if (old == known.end() || old->second.first != server.request_hash(*q)) return q;
          questions.take(q->seed, old->second.second);
          run.bar.advance();
        }
      },
      [&](synthesis_question const& q, std::optional<synthetic_answer> a) -> expected<void> {
        if (a)
          questions.take(q.seed, *a);
        else if (auto const content = hash128::from_hex(q.seed))
          questions.reasons[*content] = {"no_answer", server.trouble()};
        run.bar.advance();
        return {};
      });
}

}  // namespace detail

template <config::recipe R>
expected<outcome> label_documents(run_context& run, label_options const& o) {
  config::annotator const settings = R::annotator;
  auto const seed = annotator_seed<R>(run);
  auto const count = o.count > 0 ? o.count : settings.edu_labels;
  auto stamp = provenance::of<R>("annotate label",
                                 {{"count", count}, {"model", o.model}, {"replay", !o.replay.empty()}, {"seed", seed}});
  SNOWCODER_CHECK(stamp.add_input(io::documents_folder(o.in), run.threads));
  if (!o.replay.empty()) {
    SNOWCODER_CHECK(stamp.add_input(o.replay));
  }
  SNOWCODER_CHECK(io::check_file_place(o.out));
  auto const rejects_path = io::rejects_beside(o.out);
  if (stamp.finished(stamp_beside(o.out)) && std::filesystem::exists(o.out) && !std::filesystem::exists(rejects_path)) {
    run.say("already done: " + o.out.string());
    return outcome::done;
  }

  SNOWCODER_TRY(auto const source, find_texts(o.in, R::notebooks));
  if (source.kind != "document") return failure("not a folder of documents", o.in.string());
  SNOWCODER_TRY(auto const limit, detail::sample_limit(source, count, seed, settings.instruction));
  io::reject_writer rejects(rejects_path);
  SNOWCODER_TRY(auto documents, io::document_stream::open(o.in, [&](std::string place, std::string why) {
                  return rejects.add({std::move(place), "annotate", "not_a_document", std::move(why)});
                }));
  detail::label_questions<R> questions(std::move(documents), limit, seed);
  run.bar.begin(o.replay.empty() ? "asking" : "replaying", "grades", count);
  if (o.replay.empty()) {
    SNOWCODER_CHECK(detail::ask_for_grades<R>(run, o, questions, o.out.string() + ".journal.jsonl"));
  } else {
    recorded_answers recorded(o.replay);
    SNOWCODER_CHECK(recorded.answer_all([&] { return questions.next(); },
                                        [&](synthesis_question const& q, std::optional<synthetic_answer> a) -> expected<void> {
                                          if (a) questions.take(q.seed, *a);
                                          run.bar.advance();
                                          return {};
                                        }));
  }

  SNOWCODER_TRY(auto out, io::text_writer::open(o.out));
  std::int64_t labels = 0, unlabelled = 0;
  for (auto const& d : questions.sample()) {
    if (auto const& grade = questions.grades.at(d.content)) {
      SNOWCODER_CHECK(out.write_line(io::to_line({{"id", d.id}, {"label", *grade}})));
      ++labels;
      continue;
    }
    auto const& [reason, detail] = questions.reasons[d.content];
    SNOWCODER_CHECK(rejects.add({d.id, "annotate", reason, detail}));
    ++unlabelled;
  }
  SNOWCODER_CHECK(stamp.write_file(o.out, {{"labels", labels}, {"refused", rejects.rows()}}, [&]() -> expected<void> {
    SNOWCODER_CHECK(out.commit());
    return rejects.commit();
  }));
  run.say(fmt::format("{} labels ({}){}", with_commas(labels), o.out.string(),
                      unlabelled == 0 ? "" : fmt::format(", {} documents without one", unlabelled)));
  return rejects.empty() ? outcome::done : outcome::some_refused;
}

}  // namespace snowcoder::pipeline

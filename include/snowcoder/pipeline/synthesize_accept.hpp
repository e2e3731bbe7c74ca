// SPDX-License-Identifier: Apache-2.0
// The second part of synthesize: which answers in a journal are accepted. Rules, in order: those of one answer alone, copies of
// the seed that was shown, benchmark text, equal texts, near-duplicates of other answers; of two that are alike the better
// seed's stays. Memory: a hash and the band keys of each accepted answer; texts are read again from the journal.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/dedup/minhash.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/pipeline/judged_answers.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/synthesize/accept.hpp>
#include <snowcoder/synthesize/rounds.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

/// Benchmark text, to be found in answers.
template <config::recipe R>
expected<decontaminate::detector> benchmark_detector(std::vector<std::filesystem::path> const& benchmarks) {
  decontaminate::detector detector(R::contamination);
  for (auto const& path : benchmarks) {
    SNOWCODER_TRY(auto const tasks, io::read_benchmark_texts(path));
    for (auto const& t : tasks) detector.add(io::benchmark_name(path), t);
  }
  detector.finish();
  return detector;
}

template <config::recipe R, class Count>
expected<judged_answers> judge_answers(run_context& run, std::filesystem::path const& in,
                                       decontaminate::detector const& detector, synthesize::seed_rounds const& rounds,
                                       io::journal const& journal, known_answers const& answers, Count const& count) {
  using hasher = dedup::minhash<R>;
  constexpr auto how = R::synthesis;
  constexpr auto compare = R::near_duplicates;
  struct comparable_answer : candidate_answer {
    hash128 text;  ///< without white space
    typename hasher::band_keys keys{};
    bool compares = false;  ///< has words enough
  };
  judged_answers result;
  std::vector<comparable_answer> passed;
  auto const refuse = [&](std::string id, std::string_view reason, std::string what) {
    result.rejects.push_back({std::move(id), "synthesize", std::string(reason), std::move(what)});
  };

  run.bar.begin("judging answers", "answers", std::int64_t(answers.size()));
  SNOWCODER_TRY(auto documents, io::document_stream::open(in));
  std::set<hash128> met;
  std::set<std::string> met_ids;
  for (;;) {
    SNOWCODER_TRY(auto const d, documents.next());
    if (!d) break;
    auto const order = rounds.find(d->id);
    if (!order || !met_ids.insert(d->id).second) continue;
    auto const content = d->content_hash();
    if (!met.insert(content).second) continue;
    ++result.by_language[d->language].seeds;
    auto const window = synthesize::seed_window(d->text, how, content.high, count);
    if (!window) {
      refuse(d->id, "seed_window", "no whole line of the seed fits, or it is blank");
      continue;
    }
    auto const shown = dedup::shingles(*window, compare);
    for (int number = 0; number < how.outputs_per_seed; ++number) {
      auto const where = answers.find({content.hex(), number});
      if (where == answers.end()) {
        ++result.unanswered;
        continue;
      }
      run.bar.advance();
      ++result.answered;
      SNOWCODER_TRY(auto const row, journal.read_at(where->second.place));
      SNOWCODER_TRY(auto const answer, io::parse_answer(row, "journal"));
      auto const usage = io::value_or_null(row, "usage");
      auto const spent = [&](char const* name) {
        auto const v = io::value_or_null(usage, name);
        return v.is_number_integer() ? v.template get<std::int64_t>() : 0;
      };
      result.prompt_tokens += spent("prompt_tokens");
      result.completion_tokens += spent("completion_tokens");
      auto const id = number ? d->id + "#" + std::to_string(number) : d->id;
      auto file = synthesize::accept(answer, d->language, how, count);
      if (auto const* no = std::get_if<synthesize::refusal>(&file)) {
        refuse(id, no->reason, no->detail);
        continue;
      }
      auto const& [text, tokens] = std::get<synthesize::accepted>(file);
      std::int64_t words = 0;
      auto const set = dedup::shingles(text, compare.shingle, words, compare.unit);
      if (double const copied = dedup::jaccard(set, shown); copied > how.seed_similarity) {
        refuse(id, "copies_seed", fmt::format("Jaccard {:.3f}, at most {}", copied, how.seed_similarity));
        continue;
      }
      if (auto const hits = detector.find(text); !hits.empty()) {
        refuse(id, "contamination",
               fmt::format("{} of {}, {}", hits.front().task, hits.front().benchmark, name_of(hits.front().found_by)));
        continue;
      }
      bool const compares = words >= compare.minimum_words;
      passed.push_back({{where->second.place, id, content.hex(), *order, number, d->language, tokens, answer.model},
                        synthesize::hash_without_space(text),
                        compares ? hasher::keys(set) : typename hasher::band_keys{},
                        compares});
    }
  }
  result.seeds_not_found = rounds.asked() - std::int64_t(met_ids.size());
  if (result.seeds_not_found > 0)
    refuse("selection", "seed_not_found", std::to_string(result.seeds_not_found) + " selected documents are not in --in");

  std::sort(passed.begin(), passed.end(), [](auto const& a, auto const& b) {
    return std::tuple(a.order.language, a.order.rank, a.number) < std::tuple(b.order.language, b.order.rank, b.number);
  });
  std::map<hash128, std::size_t> texts;  // the first that has it
  auto const text_of = [&](std::size_t i) { return accepted_text(journal, passed[i]); };
  std::vector<bool> again(passed.size());
  std::vector<std::uint32_t> comparable;
  for (std::size_t i = 0; i < passed.size(); ++i) {
    auto const [first, fresh] = texts.try_emplace(passed[i].text, i);
    again[i] = !fresh && synthesize::without_space(text_of(first->second)) == synthesize::without_space(text_of(i));
    if (again[i])
      refuse(passed[i].id, "equal_text", passed[first->second].id);
    else if (passed[i].compares)
      comparable.push_back(std::uint32_t(i));
  }
  thread_pool pool(run.threads);
  auto const near = dedup::near_duplicates<R>(
      std::uint32_t(passed.size()), comparable, [&](std::uint32_t i, int band) { return passed[i].keys[std::size_t(band)]; },
      [&](std::uint32_t i) { return dedup::shingles(text_of(i), compare); }, pool);
  for (std::uint32_t i = 0; i < passed.size(); ++i) {
    if (again[i]) continue;
    if (near.keeper[i] != i) {
      refuse(passed[i].id, "near_duplicate", passed[near.keeper[i]].id);
      continue;
    }
    auto& t = result.by_language[passed[i].language];
    ++t.documents;
    t.tokens += passed[i].tokens;
    result.accepted.push_back(passed[i]);
  }
  return result;
}

}  // namespace snowcoder::pipeline

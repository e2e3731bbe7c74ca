// SPDX-License-Identifier: Apache-2.0
// The second half of synthesize: answers in a journal to documents. Rules, in order: those of one answer alone, copies of the
// seed that was shown, benchmark text, equal texts, near-duplicates of other answers. Memory: a hash and the band keys of
// each accepted answer; texts are read again from the journal.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/corpus/language_name.hpp>
#include <snowcoder/decontaminate/detector.hpp>
#include <snowcoder/dedup/minhash.hpp>
#include <snowcoder/dedup/near.hpp>
#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/benchmark_file.hpp>
#include <snowcoder/io/document_stream.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/io/reject_file.hpp>
#include <snowcoder/io/shard_writer.hpp>
#include <snowcoder/pipeline/run_context.hpp>
#include <snowcoder/synthesize/accept.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

struct known_answer {
  io::journal::place place;
  std::string request_hash;
};
/// By seed and number.
using known_answers = std::map<std::pair<std::string, int>, known_answer>;

namespace detail {

/// An answer that has passed so far.
struct candidate_answer {
  io::journal::place place;
  std::string id;  ///< of its seed document, and its number
  std::string seed;
  int number = 0;
  config::language language = config::language::other;
  std::int64_t tokens = 0;
  std::string model;
};

inline std::string synthetic_path(candidate_answer const& a) {
  auto const number = a.number ? "-" + std::to_string(a.number) : std::string();
  return std::string(name_of(a.language)) + "/" + a.seed + number + std::string(corpus::usual_extension(a.language));
}

/// The text of an accepted answer, from its journal row.
inline std::string accepted_text(io::journal const& journal, candidate_answer const& a) {
  auto const row = journal.read_at(a.place);
  if (!row) return {};
  auto const answer = io::parse_answer(*row, "journal");
  if (!answer) return {};
  auto result = synthesize::accept(*answer, a.language, {.minimum_tokens = 0, .maximum_tokens = 1 << 30},
                                   synthesize::three_bytes_a_token{});
  return result.index() == 1 ? std::get<1>(std::move(result)).text : std::string();
}

}  // namespace detail

/// Judges `answers`, writes documents and rejects below `out`, gives the report.
template <config::recipe R, class Count>
expected<io::json> accept_answers(run_context& run, std::filesystem::path const& in, std::filesystem::path const& out,
                                  std::vector<std::filesystem::path> const& benchmarks,
                                  std::unordered_map<std::string, bool> const& seeds, io::journal const& journal,
                                  known_answers const& answers, Count const& count) {
  using hasher = dedup::minhash<R>;
  constexpr auto how = R::synthesis;
  constexpr auto compare = R::near_duplicates;
  decontaminate::detector detector(R::contamination);
  for (auto const& path : benchmarks) {
    SNOWCODER_TRY(auto const tasks, io::read_benchmark_texts(path));
    for (auto const& t : tasks) detector.add(io::benchmark_name(path), t);
  }
  detector.finish();

  std::vector<reject> rejects;
  std::vector<detail::candidate_answer> passed;
  std::vector<typename hasher::band_keys> keys;
  std::vector<std::uint32_t> comparable;
  std::map<hash128, std::uint32_t> texts;  // without white space; the first that passed
  std::map<config::language, std::int64_t> seeds_by_language;
  std::map<std::string, std::int64_t> models;
  std::int64_t answered = 0, found = 0, prompt_tokens = 0, completion_tokens = 0;
  auto const refuse = [&](std::string id, std::string_view reason, std::string what) {
    rejects.push_back({std::move(id), "synthesize", std::string(reason), std::move(what)});
  };

  run.bar.begin("judging answers", "answers", std::int64_t(answers.size()));
  SNOWCODER_TRY(auto documents, io::document_stream::open(in));
  std::set<hash128> met;
  std::set<std::string> met_ids;
  for (;;) {
    SNOWCODER_TRY(auto const d, documents.next());
    if (!d) break;
    if (!seeds.contains(d->id) || !met_ids.insert(d->id).second) continue;
    ++found;
    auto const content = d->content_hash();
    if (!met.insert(content).second) continue;
    ++seeds_by_language[d->language];
    auto const window = synthesize::seed_window(d->text, how, content.high, count);
    if (!window) {
      refuse(d->id, "seed_window", "no whole line of the seed fits, or it is blank");
      continue;
    }
    auto const shown = dedup::shingles(*window, compare);
    for (int number = 0; number < how.outputs_per_seed; ++number) {
      auto const where = answers.find({content.hex(), number});
      if (where == answers.end()) continue;
      run.bar.advance();
      ++answered;
      SNOWCODER_TRY(auto const row, journal.read_at(where->second.place));
      SNOWCODER_TRY(auto const answer, io::parse_answer(row, "journal"));
      auto const usage = io::value_or_null(row, "usage");
      auto const spent = [&](char const* name) {
        auto const v = io::value_or_null(usage, name);
        return v.is_number_integer() ? v.template get<std::int64_t>() : 0;
      };
      prompt_tokens += spent("prompt_tokens");
      completion_tokens += spent("completion_tokens");
      auto const id = number ? d->id + "#" + std::to_string(number) : d->id;
      auto result = synthesize::accept(answer, d->language, how, count);
      if (auto const* no = std::get_if<synthesize::refusal>(&result)) {
        refuse(id, no->reason, no->detail);
        continue;
      }
      auto const& file = std::get<synthesize::accepted>(result);
      std::int64_t words = 0;
      auto const set = dedup::shingles(file.text, compare.shingle, words, compare.unit);
      if (double const copied = dedup::jaccard(set, shown); copied > how.seed_similarity) {
        refuse(id, "copies_seed", fmt::format("Jaccard {:.3f}, at most {}", copied, how.seed_similarity));
        continue;
      }
      if (auto const hits = detector.find(file.text); !hits.empty()) {
        refuse(id, "contamination",
               fmt::format("{} of {}, {}", hits.front().task, hits.front().benchmark, name_of(hits.front().found_by)));
        continue;
      }
      auto const [first, fresh] = texts.try_emplace(synthesize::hash_without_space(file.text), std::uint32_t(passed.size()));
      if (!fresh && synthesize::without_space(detail::accepted_text(journal, passed[first->second])) ==
                        synthesize::without_space(file.text)) {
        refuse(id, "equal_text", passed[first->second].id);
        continue;
      }
      if (words >= compare.minimum_words) comparable.push_back(std::uint32_t(passed.size()));
      keys.push_back(words >= compare.minimum_words ? hasher::keys(set) : typename hasher::band_keys{});
      passed.push_back({where->second.place, id, content.hex(), number, d->language, file.tokens, answer.model});
    }
  }
  auto const not_found = std::int64_t(seeds.size()) - found;
  if (not_found > 0) refuse("selection", "seed_not_found", std::to_string(not_found) + " selected documents are not in --in");

  thread_pool pool(run.threads);
  auto const near = dedup::near_duplicates<R>(
      std::uint32_t(passed.size()), comparable, [&](std::uint32_t i, int band) { return keys[i][std::size_t(band)]; },
      [&](std::uint32_t i) { return dedup::shingles(detail::accepted_text(journal, passed[i]), compare); }, pool);

  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < passed.size(); ++i) {
    if (near.keeper[i] == i)
      kept.push_back(i);
    else
      refuse(passed[i].id, "near_duplicate", passed[near.keeper[i]].id);
  }
  std::stable_sort(kept.begin(), kept.end(), [&](auto a, auto b) { return passed[a].language < passed[b].language; });

  auto const work = out / ".documents";
  std::error_code e;
  std::filesystem::remove_all(work, e);
  io::shard_writer writer(work);
  struct tally {
    std::int64_t documents = 0, tokens = 0;
  };
  std::map<config::language, tally> by_language;
  std::int64_t tokens = 0;
  for (auto const i : kept) {
    auto const& a = passed[i];
    document d;
    d.text = detail::accepted_text(journal, a);
    if (d.text.empty()) return failure("an accepted answer cannot be read again", "journal");
    d.source = d.repository = "synthetic";
    d.path = detail::synthetic_path(a);
    d.language = a.language;
    d.id = document_id(d.repository, d.path, d.text);
    SNOWCODER_CHECK(writer.write(name_of(a.language), io::document_line(d)));
    auto& t = by_language[a.language];
    ++t.documents;
    t.tokens += a.tokens;
    tokens += a.tokens;
    ++models[a.model];
  }
  SNOWCODER_CHECK(writer.close());
  SNOWCODER_CHECK(io::write_rejects(out / "rejects.jsonl", rejects));
  std::filesystem::remove_all(out / "documents", e);
  std::filesystem::create_directories(work, e);
  std::filesystem::rename(work, out / "documents", e);
  if (e) return failure(e.message(), (out / "documents").string());

  io::json languages = io::json::array(), reasons = io::json::object(), generators = io::json::object();
  for (auto const& [l, n] : seeds_by_language) {
    auto const t = by_language[l];
    languages.push_back({{"language", config::title(l)},
                         {"seeds", n},
                         {"accepted", t.documents},
                         {"tokens", t.tokens},
                         {"share", tokens ? double(t.tokens) / double(tokens) : 0.0}});
  }
  std::map<std::string, std::int64_t> by_reason;
  for (auto const& r : rejects) ++by_reason[r.reason];
  for (auto const& [reason, n] : by_reason) reasons[reason] = n;
  for (auto const& [model, n] : models) generators[model] = n;
  return io::json{{"seeds", seeds.size()},
                  {"seeds_not_found", not_found},
                  {"answered", answered},
                  {"accepted", kept.size()},
                  {"tokens", tokens},
                  {"python_share", tokens ? double(by_language[config::language::python].tokens) / double(tokens) : 0.0},
                  {"python_share_of_recipe", how.python_share},
                  {"mix", name_of(how.mix)},
                  {"languages", languages},
                  {"rejects", reasons},
                  {"models", generators},
                  {"prompt_tokens", prompt_tokens},
                  {"completion_tokens", completion_tokens}};
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// Answers of a synthesis: where they stand in the journal, and what became of them.
#pragma once

#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/journal.hpp>
#include <snowcoder/record/reject.hpp>
#include <snowcoder/synthesize/accept.hpp>
#include <snowcoder/synthesize/rounds.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace snowcoder::pipeline {

struct known_answer {
  io::journal::place place;
  std::string request_hash;
};
/// By seed and number.
using known_answers = std::map<std::pair<std::string, int>, known_answer>;

/// An answer that has passed so far.
struct candidate_answer {
  io::journal::place place;
  std::string id;  ///< of its seed document, and its number
  std::string seed;
  synthesize::seed_place order;
  int number = 0;
  config::language language = config::language::other;
  std::int64_t tokens = 0;
  std::string model;
};

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

/// What became of the answers of all rounds so far.
struct judged_answers {
  std::vector<candidate_answer> accepted;  ///< by language, the best seed's first
  std::vector<reject> rejects;
  struct tally {
    std::int64_t seeds = 0, documents = 0, tokens = 0;
  };
  std::map<config::language, tally> by_language;
  std::int64_t seeds_not_found = 0, answered = 0, unanswered = 0, prompt_tokens = 0, completion_tokens = 0;

  std::map<config::language, std::int64_t> tokens() const {
    std::map<config::language, std::int64_t> tokens;
    for (auto const& [language, t] : by_language) tokens[language] = t.tokens;
    return tokens;
  }
};

}  // namespace snowcoder::pipeline

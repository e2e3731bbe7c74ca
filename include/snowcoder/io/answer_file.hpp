// SPDX-License-Identifier: Apache-2.0
// Rows of a synthesis journal: {"seed", "seed_repository", "seed_path", "language", "number", "model", "finish_reason",
// "response"}. What a run writes while it asks a server is what a replay reads.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/json.hpp>
#include <snowcoder/io/json_field.hpp>
#include <snowcoder/record/synthetic_answer.hpp>

#include <string>

namespace snowcoder::io {

inline json answer_row(synthesis_question const& q, synthetic_answer const& a) {
  return {{"seed", q.seed},
          {"number", q.number},
          {"seed_repository", q.seed_repository},
          {"seed_path", q.seed_path},
          {"language", config::title(q.language)},
          {"model", a.model},
          {"finish_reason", a.finish_reason},
          {"response", a.response}};
}

inline expected<synthetic_answer> parse_answer(json const& row, std::string const& where) {
  synthetic_answer a;
  a.seed = text_or(row, "seed");
  a.model = text_or(row, "model");
  a.finish_reason = text_or(row, "finish_reason");
  a.response = text_or(row, "response");
  auto const number = value_or_null(row, "number");
  if (number.is_number_integer()) a.number = number.get<int>();
  if (a.seed.empty() || !row.contains("response") || !row["response"].is_string())
    return failure("not an answer", where, "rows need the strings seed and response");
  return a;
}

}  // namespace snowcoder::io

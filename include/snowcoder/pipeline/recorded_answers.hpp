// SPDX-License-Identifier: Apache-2.0
// A generator that repeats what another one said: the journal of an earlier run, or a file of the same form. Its rows may
// stand in any order; rows for other seeds are passed over. Memory: the questions without their text.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/release.hpp>
#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/json_rows.hpp>
#include <snowcoder/synthesize/generator.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace snowcoder::pipeline {

class recorded_answers {
 public:
  explicit recorded_answers(std::filesystem::path file) : file_(std::move(file)) {}

  expected<void> answer_all(synthesize::question_source const& next, synthesize::answer_sink const& take) {
    struct waiting {
      synthesis_question question;
      std::optional<hash128> answered;
    };
    std::map<std::pair<std::string, int>, waiting> questions;
    rows_ = 0;
    for (;;) {
      SNOWCODER_TRY(auto q, next());
      if (!q) break;
      release(q->system);
      release(q->user);
      auto const key = std::pair(q->seed, q->number);
      questions.insert_or_assign(key, waiting{std::move(*q), {}});
    }
    SNOWCODER_CHECK(io::for_each_row(file_, [&](io::json const& row, std::string const& place) -> expected<void> {
      SNOWCODER_TRY(auto a, io::parse_answer(row, place));
      ++rows_;
      auto const found = questions.find({a.seed, a.number});
      if (found == questions.end()) return {};
      auto const content = hash(a.finish_reason + '\0' + a.response);
      auto& w = found->second;
      if (w.answered && *w.answered != content)
        return failure("a second, different answer to the same seed", place,
                       "keep one of them, or give them different \"number\"s");
      if (w.answered) return {};
      w.answered = content;
      ++used_;
      return take(w.question, std::move(a));
    }));
    for (auto const& [key, w] : questions)
      if (!w.answered) SNOWCODER_CHECK(take(w.question, {}));
    return {};
  }
  std::int64_t rows() const { return rows_; }
  std::int64_t used() const { return used_; }

 private:
  std::filesystem::path file_;
  std::int64_t rows_ = 0, used_ = 0;
};
static_assert(synthesize::generator<recorded_answers>);

}  // namespace snowcoder::pipeline

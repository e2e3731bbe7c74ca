// SPDX-License-Identifier: Apache-2.0
// What the canonical solutions answer to the inputs of their tasks (differential_tests.hpp): found once for all samples of a
// task, by an examiner without a candidate, and let go after the last of them. The judge itself never looks inside.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/evaluate/owned.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::evaluate {

class known_answers {
 public:
  /// More of one task are not taken.
  static constexpr std::size_t most_bytes = std::size_t(1) << 30;

  /// One more sample of the task will ask.
  void expect(benchmark_task const& t) { ++tasks_[&t].samples; }
  /// A file with the answers, or less than 0 where they are not known.
  int of(benchmark_task const& t) const {
    auto const found = tasks_.find(&t);
    return found == tasks_.end() ? -1 : found->second.answers.get();
  }
  expected<void> learn(benchmark_task const& t, std::string_view answers) {
    SNOWCODER_TRY(tasks_[&t].answers, sealed_file(answers));
    return {};
  }
  /// There are none, and why: nobody need ask for them again.
  void refuse(benchmark_task const& t, std::string why) { tasks_[&t].refusal = std::move(why); }
  /// Why there are none; empty where they are known, or not yet.
  std::string refusal(benchmark_task const& t) const {
    auto const found = tasks_.find(&t);
    return found == tasks_.end() ? std::string() : found->second.refusal;
  }
  /// One sample less.
  void finish(benchmark_task const& t) {
    if (--tasks_[&t].samples == 0) tasks_.erase(&t);
  }

 private:
  struct entry {
    std::size_t samples = 0;
    descriptor answers;
    std::string refusal;
  };
  std::map<benchmark_task const*, entry> tasks_;
};

}  // namespace snowcoder::evaluate

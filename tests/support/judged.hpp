// SPDX-License-Identifier: Apache-2.0
// Samples of a task of two lines, judged behind walls.
#pragma once

#include "support/catch.hpp"

#include <snowcoder/evaluate/judge.hpp>

namespace snowcoder {

inline benchmark_task add_task() {
  return {"test/add", "def add(a, b):\n    \"\"\"The sum.\"\"\"\n", "    return a + b\n",
          "def check(candidate):\n    assert candidate(1, 2) == 3\n    assert candidate(-1, 1) == 0\n    assert candidate([1], "
          "[2]) == [1, 2]\n",
          "add"};
}
inline evaluate::limits quick() { return {.seconds = 4, .memory = 512 << 20, .tasks = 8}; }

/// Where no time is tested: a busy machine may take long.
inline evaluate::limits patient() { return {.call_seconds = 60}; }

inline std::vector<judged_sample> judge(std::vector<benchmark_task> const& tasks, std::vector<sample> const& samples,
                                        int workers = 2, evaluate::limits bounds = quick()) {
  auto box = evaluate::open_sandbox(bounds);
  if (!box) FAIL(box.error().message());
  std::vector<judged_sample> out(samples.size());
  evaluate::judge j(*box, workers);
  auto const done = j.run(tasks, samples, [&](std::size_t i, judged_sample v) -> expected<void> {
    out[i] = std::move(v);
    return {};
  });
  if (!done) FAIL(done.error().message());
  return out;
}
/// The verdict of one completion of `add`; an honest one judged after it must pass.
inline judged_sample judge_add(std::string const& completion) {
  auto const all = judge({add_task()}, {{"test/add", completion, true}, {"test/add", "    return a + b\n"}}, 1);
  INFO(all[1].detail);
  CHECK(all[1].outcome == verdict::passed);
  return all[0];
}
inline std::string const honest = "def add(a, b):\n    return a + b\n";

}  // namespace snowcoder

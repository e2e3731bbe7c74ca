// SPDX-License-Identifier: Apache-2.0
// pass@k, the unbiased estimator that all harnesses use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace snowcoder::evaluate {

/// Samples drawn and passed for one task.
struct task_count {
  std::int64_t samples = 0, passed = 0;
};

/// The chance that at least one of k samples, drawn without return from n of which c pass, passes: 1 - C(n-c, k) / C(n, k).
/// Needs 0 <= c <= n and 1 <= k <= n.
constexpr double pass_at_k(std::int64_t n, std::int64_t c, std::int64_t k) {
  if (n - c < k) return 1;
  double none = 1;
  for (std::int64_t i = n - c + 1; i <= n; ++i) none *= 1 - double(k) / double(i);
  return 1 - none;
}

/// The mean over tasks; nothing when some task has fewer than k samples, or there is none.
constexpr std::optional<double> pass_at_k(std::span<task_count const> tasks, std::int64_t k) {
  double sum = 0;
  for (auto const& t : tasks) {
    if (t.samples < k) return {};
    sum += pass_at_k(t.samples, t.passed, k);
  }
  if (tasks.empty()) return {};
  return sum / double(tasks.size());
}

static_assert(pass_at_k(1, 1, 1) == 1 && pass_at_k(1, 0, 1) == 0 && pass_at_k(5, 4, 2) == 1);
static_assert(pass_at_k(4, 2, 1) == 0.5);

}  // namespace snowcoder::evaluate

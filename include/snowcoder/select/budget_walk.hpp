// SPDX-License-Identifier: Apache-2.0
// Spends every language's budget on its candidates, best first, wherever the ranked candidates lie: in memory or in a merge
// of sorted runs. A cursor has
//   expected<ranked_row const*> peek()    the next row, null when there is none
//   void pop()                            goes on behind it
#pragma once

#include <snowcoder/config/selection.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/selection_manifest.hpp>
#include <snowcoder/select/ranked_row.hpp>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder::select {

/// The share of what a language has, rounded down.
inline std::int64_t budget_of(double share, std::int64_t available) {
  return std::int64_t(std::floor(static_cast<long double>(share) * static_cast<long double>(available)));
}

template <class Cursor>
struct language_queue {
  Cursor rows;
  language_cut cut;  ///< with language, available, documents_available and budget

  bool open() const { return cut.documents_kept < cut.documents_available; }
  std::int64_t left() const { return cut.budget > cut.kept ? cut.budget - cut.kept : 0; }
  /// Takes from the top while the budget lasts; says whether anything was taken.
  expected<bool> fill(config::budget_edge edge) {
    auto const before = cut.documents_kept;
    while (open() && cut.kept < cut.budget) {
      SNOWCODER_TRY(auto const* row, rows.peek());
      if (!row || (edge == config::budget_edge::exclude && row->weight > cut.budget - cut.kept)) break;
      cut.kept += row->weight;
      cut.tokens_kept += row->tokens;
      ++cut.documents_kept;
      cut.threshold = value_of(row->order);
      rows.pop();
    }
    return cut.documents_kept != before;
  }
};

namespace detail {

__extension__ typedef __int128 wide;  // without the word, -Wpedantic warns

/// Gives what some languages could not use to those that have candidates left, in proportion to their size.
template <class Cursor>
expected<void> redistribute(std::vector<language_queue<Cursor>>& queues, config::budget_edge edge) {
  for (bool taken = true; taken;) {
    taken = false;
    std::int64_t spare = 0, size = 0;
    for (auto const& q : queues) {
      spare += q.left();
      if (q.open()) size += q.cut.available;
    }
    if (spare == 0 || size == 0) return {};
    auto granted = spare;
    for (auto& q : queues) {
      if (!q.open()) continue;
      auto const part = std::int64_t(wide(spare) * q.cut.available / size);
      q.cut.budget += part - q.left();
      granted -= part;
    }
    for (auto& q : queues)  // the remainder of the division goes to the first open language
      if (q.open()) {
        q.cut.budget += granted;
        break;
      }
    for (auto& q : queues) {
      if (!q.open()) continue;
      SNOWCODER_TRY(bool const some, q.fill(edge));
      taken |= some;
    }
    for (auto& q : queues)
      if (!q.open() && q.left()) {
        q.cut.shortfall += q.left();
        q.cut.budget = q.cut.kept;
      }
  }
  return {};
}

}  // namespace detail

/// Fills every queue, moves what is left over when the recipe says so, and states what is missing.
template <class Cursor>
expected<void> spend_budgets(std::vector<language_queue<Cursor>>& queues, config::selection const& s) {
  for (auto& q : queues) SNOWCODER_CHECK(q.fill(s.edge));
  if (s.missing == config::shortfall::redistribute) SNOWCODER_CHECK(detail::redistribute(queues, s.edge));
  for (auto& q : queues) q.cut.shortfall += q.left();
  return {};
}

}  // namespace snowcoder::select

// SPDX-License-Identifier: Apache-2.0
// Selection (paper section 2.3): rank inside each language, take the best until that language's budget is full, so that the
// corpus's language mix is kept. Exact, and independent of the order of candidates: equal scores are ordered by content. Here
// for candidates in memory; select/ranked_selection.hpp does the same for any number of them.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/selection.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/record/score.hpp>
#include <snowcoder/record/selection_manifest.hpp>
#include <snowcoder/select/budget_walk.hpp>
#include <snowcoder/select/ranked_row.hpp>

#include <range/v3/action/sort.hpp>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/enumerate.hpp>
#include <range/v3/view/transform.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::select {

namespace detail {

struct memory_cursor {
  std::span<ranked_row const> rows;
  expected<ranked_row const*> peek() const { return rows.empty() ? nullptr : rows.data(); }
  void pop() { rows = rows.subspan(1); }
};

}  // namespace detail

/// The manifest of the best `s.share` of every language, in the order of config::language. Requires finite values and
/// weights that are not negative.
inline selection_manifest top_share(std::span<candidate const> candidates, config::selection const& s, std::string scorer) {
  namespace rv = ranges::views;
  for (auto const& c : candidates)
    require(std::isfinite(c.value) && weight(c, s.unit) >= 0, "select::top_share: finite values, weights not negative");
  selection_manifest m{std::move(scorer), {}, {}};
  auto const ranked = candidates | rv::enumerate |
                      rv::transform([&](auto const& c) { return row_of(c.second, s.unit, std::uint64_t(c.first)); }) |
                      ranges::to<std::vector> | ranges::actions::sort(ranks_before());
  std::vector<language_queue<detail::memory_cursor>> queues;
  for (auto left = std::span(ranked); !left.empty();) {
    auto const end = std::find_if(left.begin(), left.end(), [&](auto const& r) { return r.language != left[0].language; });
    auto const mine = left.first(std::size_t(end - left.begin()));
    language_cut cut;
    cut.language = static_cast<config::language>(mine[0].language);
    cut.available = ranges::accumulate(mine, std::int64_t(0), std::plus<>(), &ranked_row::weight);
    cut.documents_available = std::int64_t(mine.size());
    cut.budget = budget_of(s.share, cut.available);
    queues.push_back({{mine}, cut});
    left = left.subspan(mine.size());
  }
  (void)spend_budgets(queues, s);  // a cursor in memory does not fail
  std::size_t first = 0;
  for (auto& q : queues) {
    m.cuts.push_back(q.cut);
    for (std::size_t i = first; i < first + std::size_t(q.cut.documents_kept); ++i) {
      auto const& c = candidates[std::size_t(ranked[i].place)];
      m.documents.push_back({c.id, c.language, c.value, c.tokens});
    }
    first += std::size_t(q.cut.documents_available);
  }
  return m;
}

}  // namespace snowcoder::select

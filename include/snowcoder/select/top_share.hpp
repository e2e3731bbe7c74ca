// SPDX-License-Identifier: Apache-2.0
// Selection (paper section 2.3): rank inside each language, take the best until that language's budget is full, so that the
// corpus's language mix is kept. Exact, and independent of the order of candidates: equal scores are ordered by content.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/config/selection.hpp>
#include <snowcoder/record/score.hpp>
#include <snowcoder/record/selection_manifest.hpp>

#include <range/v3/action/sort.hpp>
#include <range/v3/algorithm/any_of.hpp>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace snowcoder::select {

/// What a candidate weighs in the recipe's unit.
constexpr std::int64_t weight(candidate const& c, config::mix_unit unit) {
  return unit == config::mix_unit::tokens ? c.tokens : unit == config::mix_unit::bytes ? c.bytes : 1;
}

namespace detail {

/// Best first; a total order, so that the outcome does not depend on how candidates came in.
inline bool better(candidate const* a, candidate const* b) {
  return std::tuple(-a->value, a->content, std::string_view(a->id)) <
         std::tuple(-b->value, b->content, std::string_view(b->id));
}

struct queue {
  std::vector<candidate const*> ranked;
  std::size_t next = 0;
  language_cut cut;

  bool open() const { return next < ranked.size(); }
  /// Takes from the top while the budget lasts; says whether anything was taken.
  bool fill(config::selection const& s) {
    auto const before = next;
    for (; open(); ++next) {
      auto const w = weight(*ranked[next], s.unit);
      if (cut.kept >= cut.budget || (s.edge == config::budget_edge::exclude && cut.kept + w > cut.budget)) break;
      cut.kept += w;
      cut.tokens_kept += ranked[next]->tokens;
      ++cut.documents_kept;
      cut.threshold = ranked[next]->value;
    }
    return next != before;
  }
  std::int64_t left() const { return cut.budget > cut.kept ? cut.budget - cut.kept : 0; }
};

inline queue queue_of(std::span<candidate const> all, config::language l, config::selection const& s) {
  namespace rv = ranges::views;
  queue q;
  q.cut.language = l;
  q.ranked = all | rv::filter([&](candidate const& c) { return c.language == l; }) |
             rv::transform([](candidate const& c) { return &c; }) | ranges::to<std::vector> | ranges::actions::sort(better);
  q.cut.available =
      ranges::accumulate(q.ranked, std::int64_t(0), std::plus<>(), [&](candidate const* c) { return weight(*c, s.unit); });
  q.cut.documents_available = std::int64_t(q.ranked.size());
  q.cut.budget = std::int64_t(std::floor(static_cast<long double>(s.share) * static_cast<long double>(q.cut.available)));
  return q;
}

/// Gives what some languages could not use to those that have candidates left, in proportion to their size.
inline void redistribute(std::vector<queue>& queues, config::selection const& s) {
  for (bool taken = true; taken;) {
    taken = false;
    std::int64_t spare = 0, size = 0;
    for (auto& q : queues) {
      spare += q.left();
      if (q.open()) size += q.cut.available;
    }
    if (spare == 0 || size == 0) return;
    auto granted = spare;
    for (auto& q : queues) {
      if (!q.open()) continue;
      auto const part = std::int64_t(static_cast<__int128>(spare) * q.cut.available / size);
      q.cut.budget += part - q.left();
      granted -= part;
    }
    for (auto& q : queues)  // the remainder of the division goes to the first open language
      if (q.open()) {
        q.cut.budget += granted;
        break;
      }
    for (auto& q : queues) taken |= q.open() && q.fill(s);
    for (auto& q : queues)
      if (!q.open() && q.left()) {
        q.cut.shortfall += q.left();
        q.cut.budget = q.cut.kept;
      }
  }
}

}  // namespace detail

/// The manifest of the best `s.share` of every language, in the order of config::language. Requires finite values and
/// weights that are not negative.
inline selection_manifest top_share(std::span<candidate const> candidates, config::selection const& s, std::string scorer) {
  selection_manifest m{std::move(scorer), {}, {}};
  std::vector<detail::queue> queues;
  for (int l = 0; l <= config::language_count; ++l) {
    auto q = detail::queue_of(candidates, static_cast<config::language>(l), s);
    if (q.ranked.empty()) continue;
    q.fill(s);
    queues.push_back(std::move(q));
  }
  if (s.missing == config::shortfall::redistribute) detail::redistribute(queues, s);
  for (auto& q : queues) {
    q.cut.shortfall += q.left();
    m.cuts.push_back(q.cut);
    for (std::size_t i = 0; i < q.next; ++i)
      m.documents.push_back({q.ranked[i]->id, q.ranked[i]->language, q.ranked[i]->value, q.ranked[i]->tokens});
  }
  return m;
}

}  // namespace snowcoder::select

// SPDX-License-Identifier: Apache-2.0
// A scorer gives every document a value; selection then treats all scorers alike (paper Table 4: the annotators and the
// "random" arm go through the same budget code). A scorer must
//   - name its values: names() has one entry per value it computes in one pass, each the name of a score attribute;
//   - score a page of documents: score_page(page) has one list per name, one score per document in the page's order;
//   - depend on a document's text alone (on its id alone with `static constexpr bool scores_by_id = true`), never on its place,
//     its neighbours or the clock: what was scored once is not asked again;
//   - give finite values, higher meaning better, or NaN for "no score", which selection refuses.
// Shipped: see docs/policies/scorer.md.
//
//   struct shorter_is_better {
//     std::vector<std::string> names() const { return {"short"}; }
//     std::vector<std::vector<score>> score_page(std::span<document const> page) const {
//       std::vector<std::vector<score>> all(1);
//       for (auto const& d : page) all[0].push_back({.id = d.id, .value = -double(d.text.size())});
//       return all;
//     }
//   };
#pragma once

#include <snowcoder/record/document.hpp>
#include <snowcoder/record/score.hpp>

#include <concepts>
#include <span>
#include <string>
#include <vector>

namespace snowcoder::annotate {

template <class S>
concept scorer = requires(S& s, std::span<document const> page) {
  { s.names() } -> std::convertible_to<std::vector<std::string>>;
  { s.score_page(page) } -> std::same_as<std::vector<std::vector<score>>>;
};

/// May documents of equal text have scores of their own?
template <scorer S>
inline constexpr bool scores_by_id = requires {
  requires S::scores_by_id;
};

}  // namespace snowcoder::annotate

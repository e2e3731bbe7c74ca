// SPDX-License-Identifier: Apache-2.0
// Finds, without sorting, a bound below which no candidate of a language can be chosen: histograms of weight over 16 bits of
// the rank at a time, one pass over all candidates each, as in a radix select. What lies above the bound is the budget's
// share and little more, so that only it is sorted. Memory: 1 MiB a language, however many candidates there are.
#pragma once

#include <snowcoder/config/selection.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/selection_manifest.hpp>
#include <snowcoder/select/budget_walk.hpp>
#include <snowcoder/select/ranked_row.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace snowcoder::select {

class rank_sieve {
 public:
  /// A language's bound is drawn tighter while more than `excess` rows lie on it.
  rank_sieve(config::selection const& s, std::int64_t excess) : selection_(s), excess_(excess) {}

  /// Passes over `rows` until every bound is settled. rows.for_each(visit) calls visit(ranked_row const&) for all of them, in
  /// any order, the same rows each time.
  template <class Source>
  expected<void> settle(Source& rows) {
    do {
      for (auto& l : languages_)
        if (!l.settled) l.bins.assign(ranked_row::digit_values, {});
      SNOWCODER_CHECK(rows.for_each([&](ranked_row const& r) -> expected<void> {
        require(r.language < languages_.size() && r.weight >= 0, "rank_sieve: a known language, a weight that is not negative");
        auto& l = languages_[std::size_t(r.language)];
        if (passes_ == 0) l.heaviest = std::max(l.heaviest, r.weight);
        if (l.settled || l.compare(r) != 0) return {};
        auto& bin = l.bins[r.digit(l.depth)];
        bin.weight += r.weight;
        ++bin.rows;
        return {};
      }));
      if (passes_++ == 0) set_targets();
    } while (narrow());
    return {};
  }

  /// May this row be chosen? Every row that ranks before one that may, may too.
  bool admits(ranked_row const& r) const { return languages_[std::size_t(r.language)].compare(r) <= 0; }
  int passes() const { return passes_; }

  /// What is there of each language and what its budget is, languages without candidates left out.
  std::vector<language_cut> cuts() const {
    std::vector<language_cut> all;
    for (std::size_t i = 0; i < languages_.size(); ++i) {
      auto const& l = languages_[i];
      if (l.rows == 0) continue;
      language_cut c;
      c.language = static_cast<config::language>(i);
      c.available = l.available;
      c.documents_available = l.rows;
      c.budget = l.budget;
      all.push_back(c);
    }
    return all;
  }

 private:
  struct histogram_bin {
    std::int64_t weight = 0, rows = 0;
  };
  struct state {
    std::int64_t available = 0, rows = 0, heaviest = 0, budget = 0;
    std::int64_t target = 0;  ///< weight that the admitted rows must reach
    std::int64_t above = 0;   ///< weight of the rows that rank before the bound
    int depth = 0;            ///< digits of the bound
    bool settled = false;
    std::array<std::uint64_t, 4> bound{};  ///< order, content, identity; zeros behind `depth` digits
    std::vector<histogram_bin> bins;

    /// Does a row rank before the bound (-1), lie on it (0), or rank behind it (1)?
    int compare(ranked_row const& r) const {
      std::array<std::uint64_t, 4> const words{r.order, r.content.high, r.content.low, r.identity};
      for (int w = 0, left = depth; left > 0; ++w, left -= 4) {
        auto const mask = left >= 4 ? ~std::uint64_t(0) : ~std::uint64_t(0) << (64 - 16 * left);
        auto const mine = words[std::size_t(w)] & mask;
        if (mine != bound[std::size_t(w)]) return mine < bound[std::size_t(w)] ? -1 : 1;
      }
      return 0;
    }
  };

  /// After the first pass: budgets, and how far down each language may be asked for rows. Where the file at the edge stays
  /// out and what is left over moves to other languages, any of them may get all of it.
  void set_targets() {
    std::int64_t spare = 0;
    for (auto& l : languages_) {
      for (auto const& b : l.bins) {
        l.available += b.weight;
        l.rows += b.rows;
      }
      l.budget = budget_of(selection_.share, l.available);
      if (selection_.edge == config::budget_edge::exclude && selection_.missing == config::shortfall::redistribute)
        spare += std::min(l.heaviest, l.budget);
    }
    for (auto& l : languages_) l.target = std::min(l.available, l.budget + spare);
  }

  /// Moves every bound to the bin in which its target is reached; says whether another pass is needed.
  bool narrow() {
    bool more = false;
    for (auto& l : languages_) {
      if (l.settled) continue;
      std::size_t at = 0, last = 0;
      for (std::size_t b = 0; b < l.bins.size(); ++b)
        if (l.bins[b].rows) last = b;
      for (; at < last && l.above + l.bins[at].weight < l.target; ++at) l.above += l.bins[at].weight;
      l.bound[std::size_t(l.depth / 4)] |= std::uint64_t(at) << (48 - 16 * (l.depth % 4));
      ++l.depth;
      l.settled = l.rows == 0 || l.bins[at].rows <= excess_ || l.depth == ranked_row::digits;
      l.bins = {};
      more |= !l.settled;
    }
    return more;
  }

  config::selection selection_;
  std::int64_t excess_;
  std::array<state, config::language_count + 1> languages_{};
  int passes_ = 0;
};

}  // namespace snowcoder::select

// SPDX-License-Identifier: Apache-2.0
// Finds, without sorting, a bound below which no candidate of a language can be chosen: histograms of weight over a few bits
// of the rank at a time, one pass over all candidates each, as in a radix select. What lies above the bound is the budget's
// share and little more, so that only it is sorted. Memory: 1 MiB a language at 16 bits, however many candidates there are.
// Whoever counts may be another device (pipeline/gpu_sieve.hpp).
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

/// What is known of a language's bound: its first `depth` digits of Bits bits, zeros behind them.
template <int Bits>
struct rank_bound {
  static constexpr int a_word = 64 / Bits;
  std::array<std::uint64_t, 4> words{};  ///< order, content, identity
  int depth = 0;
  bool settled = false;

  static constexpr std::array<std::uint64_t, 4> words_of(ranked_row const& r) {
    return {r.order, r.content.high, r.content.low, r.identity};
  }
  /// Does a row rank before the bound (-1), lie on it (0), or rank behind it (1)?
  int compare(ranked_row const& r) const {
    auto const row = words_of(r);
    for (int w = 0, left = depth; left > 0; ++w, left -= a_word) {
      auto const mask = left >= a_word ? ~std::uint64_t(0) : ~std::uint64_t(0) << (64 - Bits * left);
      auto const mine = row[std::size_t(w)] & mask;
      if (mine != words[std::size_t(w)]) return mine < words[std::size_t(w)] ? -1 : 1;
    }
    return 0;
  }
  /// The first digit that is not known.
  std::uint32_t digit(ranked_row const& r) const {
    return std::uint32_t(words_of(r)[std::size_t(depth / a_word)] >> shift()) & ((1u << Bits) - 1);
  }
  void extend(std::uint64_t digit) {
    words[std::size_t(depth / a_word)] |= digit << shift();
    ++depth;
  }

 private:
  int shift() const { return 64 - Bits - Bits * (depth % a_word); }
};
/// Rows with one digit.
struct rank_bin {
  std::int64_t weight = 0, rows = 0;
};

template <int Bits>
class digit_sieve {
 public:
  static constexpr int languages = config::language_count + 1, digits = 256 / Bits;
  static constexpr std::size_t digit_values = std::size_t(1) << Bits;
  struct language_bins {
    rank_bound<Bits> bound;
    std::vector<rank_bin> bins;  ///< (digit_values), empty once the bound is settled
    std::int64_t heaviest = 0;   ///< row of those that were counted
  };

  /// A language's bound is drawn tighter while more than `excess` rows lie on it.
  digit_sieve(config::selection const& s, std::int64_t excess) : selection_(s), excess_(excess) {}

  /// Passes over `rows` until every bound is settled. rows.for_each(visit) calls visit(ranked_row const&) for all of them, in
  /// any order, the same rows each time.
  template <class Source>
  expected<void> settle(Source& rows) {
    return settle_by([&](std::array<language_bins, languages>& counts) {
      return rows.for_each([&](ranked_row const& r) -> expected<void> {
        require(r.language < languages && r.weight >= 0, "rank_sieve: a known language, a weight that is not negative");
        auto& c = counts[std::size_t(r.language)];
        if (c.bound.settled || c.bound.compare(r) != 0) return {};
        c.heaviest = std::max(c.heaviest, r.weight);
        auto& bin = c.bins[c.bound.digit(r)];
        bin.weight += r.weight;
        ++bin.rows;
        return {};
      });
    });
  }
  /// The same, counted by count(counts): it adds every row that lies on its language's bound, where that is not settled, to
  /// the bin of its next digit.
  template <class Count>
  expected<void> settle_by(Count&& count) {
    do {
      for (auto& c : counts_)
        if (!c.bound.settled) c.bins.assign(digit_values, {});
      SNOWCODER_CHECK(count(counts_));
      if (passes_++ == 0) set_targets();
    } while (narrow());
    return {};
  }

  /// May this row be chosen? Every row that ranks before one that may, may too.
  bool admits(ranked_row const& r) const { return counts_[std::size_t(r.language)].bound.compare(r) <= 0; }
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
  struct state {
    std::int64_t available = 0, rows = 0, budget = 0;
    std::int64_t target = 0;  ///< weight that the admitted rows must reach
    std::int64_t above = 0;   ///< weight of the rows that rank before the bound
  };

  /// After the first pass: budgets, and how far down each language may be asked for rows. Where the file at the edge stays
  /// out and what is left over moves to other languages, any of them may get all of it.
  void set_targets() {
    std::int64_t spare = 0;
    for (std::size_t i = 0; i < languages_.size(); ++i) {
      auto& l = languages_[i];
      for (auto const& b : counts_[i].bins) {
        l.available += b.weight;
        l.rows += b.rows;
      }
      l.budget = budget_of(selection_.share, l.available);
      if (selection_.edge == config::budget_edge::exclude && selection_.missing == config::shortfall::redistribute)
        spare += std::min(counts_[i].heaviest, l.budget);
    }
    for (auto& l : languages_) l.target = std::min(l.available, l.budget + spare);
  }

  /// Moves every bound to the bin in which its target is reached; says whether another pass is needed.
  bool narrow() {
    bool more = false;
    for (std::size_t i = 0; i < languages_.size(); ++i) {
      auto& l = languages_[i];
      auto& [bound, bins, heaviest] = counts_[i];
      if (bound.settled) continue;
      std::size_t at = 0, last = 0;
      for (std::size_t b = 0; b < bins.size(); ++b)
        if (bins[b].rows) last = b;
      for (; at < last && l.above + bins[at].weight < l.target; ++at) l.above += bins[at].weight;
      bound.extend(at);
      bound.settled = l.rows == 0 || bins[at].rows <= excess_ || bound.depth == digits;
      bins = {};
      more |= !bound.settled;
    }
    return more;
  }

  config::selection selection_;
  std::int64_t excess_;
  std::array<language_bins, languages> counts_{};
  std::array<state, languages> languages_{};
  int passes_ = 0;
};

using rank_sieve = digit_sieve<16>;

}  // namespace snowcoder::select

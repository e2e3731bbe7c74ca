// SPDX-License-Identifier: Apache-2.0
// The same selection as select/top_share.hpp, to the last tie, over more candidates than fit in memory: a sieve finds what can
// be chosen at all, that alone is sorted (in runs on a store where it must be), and the budget code walks down it. Candidates
// come as rows that can be visited several times.
#pragma once

#include <snowcoder/config/selection.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/record/selection_manifest.hpp>
#include <snowcoder/select/budget_walk.hpp>
#include <snowcoder/select/rank_sieve.hpp>
#include <snowcoder/select/ranked_row.hpp>
#include <snowcoder/select/sorted_rows.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace snowcoder::select {

template <run_store<ranked_row> Store>
class ranked_selection {
 public:
  /// The best `s.share` of every language of `rows`, at most `memory` bytes of rows sorted at a time. Requires rows of finite
  /// values; rows.for_each(visit) is called a few times and must visit the same rows each time, in any order.
  template <class Source>
  static expected<ranked_selection> of(Source& rows, config::selection const& s, Store store, std::int64_t memory) {
    rank_sieve sieve(s, excess(memory));
    SNOWCODER_CHECK(sieve.settle(rows));
    return of(rows, s, std::move(store), memory, sieve);
  }
  /// Rows that a sieve should leave on a bound at most.
  static std::int64_t excess(std::int64_t memory) {
    auto const room = memory / std::int64_t(sizeof(ranked_row));
    return std::max<std::int64_t>(room / (4 * (config::language_count + 1)), 16);
  }
  /// The same with a sieve that is settled on these rows. However tight its bounds, the choice is the same.
  template <class Source, class Sieve>
  static expected<ranked_selection> of(Source& rows, config::selection const& s, Store store, std::int64_t memory,
                                       Sieve const& sieve) {
    ranked_selection r;
    r.sorted_ = std::make_unique<sorted_rows<Store>>(std::move(store), memory);
    SNOWCODER_CHECK(rows.for_each([&](ranked_row const& row) -> expected<void> {
      if (!sieve.admits(row)) return {};
      ++r.sorted_count_;
      return r.sorted_->add(row);
    }));
    SNOWCODER_CHECK(r.sorted_->finish());
    r.passes_ = sieve.passes() + 1;
    std::vector<language_queue<typename sorted_rows<Store>::cursor>> queues;
    for (auto const& cut : sieve.cuts()) queues.push_back({r.sorted_->rows_of(cut.language), cut});
    SNOWCODER_CHECK(spend_budgets(queues, s));
    for (auto& q : queues) r.cuts_.push_back(q.cut);
    return r;
  }

  std::vector<language_cut> const& cuts() const { return cuts_; }
  /// Calls visit(ranked_row const&) for every chosen row, by language, then best first; visit returns expected<void>.
  template <class Visit>
  expected<void> for_each_chosen(Visit&& visit) const {
    for (auto const& cut : cuts_) {
      auto rows = sorted_->rows_of(cut.language);
      for (std::int64_t i = 0; i < cut.documents_kept; ++i) {
        SNOWCODER_TRY(auto const* row, rows.peek());
        SNOWCODER_CHECK(visit(*row));
        rows.pop();
      }
    }
    return {};
  }
  int passes() const { return passes_; }                               ///< over all rows
  std::int64_t sorted() const { return sorted_count_; }                ///< rows that were sorted
  std::int64_t runs() const { return std::int64_t(sorted_->runs()); }  ///< on the store; 0: all fitted in memory

 private:
  ranked_selection() = default;
  std::unique_ptr<sorted_rows<Store>> sorted_;
  std::vector<language_cut> cuts_;
  std::int64_t sorted_count_ = 0;
  int passes_ = 0;
};

}  // namespace snowcoder::select

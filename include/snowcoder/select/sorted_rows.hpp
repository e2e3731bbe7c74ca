// SPDX-License-Identifier: Apache-2.0
// Rows sorted by language and rank within a bound of memory: what does not fit goes in sorted runs to a store, which cursors
// merge, one cursor for each language.
#pragma once

#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/expected.hpp>
#include <snowcoder/core/merged_runs.hpp>
#include <snowcoder/core/release.hpp>
#include <snowcoder/select/ranked_row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::select {

template <run_store<ranked_row> Store>
class sorted_rows {
 public:
  /// Up to `memory` bytes of rows are held.
  sorted_rows(Store store, std::int64_t memory)
      : store_(std::move(store)), room_(std::size_t(std::max<std::int64_t>(memory / std::int64_t(sizeof(ranked_row)), 2))) {}

  expected<void> add(ranked_row const& row) {
    if (held_.capacity() < room_) held_.reserve(room_);  // untouched pages cost nothing, growing would cost half as much again
    if (held_.size() == room_) SNOWCODER_CHECK(spill());
    held_.push_back(row);
    return {};
  }
  /// After the last add.
  expected<void> finish() {
    if (runs_.empty()) return std::sort(held_.begin(), held_.end(), ranks_before()), expected<void>();
    SNOWCODER_CHECK(spill());
    release(held_);
    return store_.finish();
  }
  std::size_t runs() const { return runs_.size(); }

  /// The rows of one language, best first; the sorter must outlive it and stay where it is.
  class cursor {
   public:
    expected<ranked_row const*> peek() {
      if (memory_.data()) return memory_.empty() ? nullptr : memory_.data();
      return runs_.peek();
    }
    void pop() {
      if (memory_.data())
        memory_ = memory_.subspan(1);
      else
        runs_.pop();
    }

   private:
    friend class sorted_rows;
    std::span<ranked_row const> memory_;
    merged_runs<ranked_row, Store, ranks_before> runs_;
  };

  cursor rows_of(config::language l) const {
    cursor c;
    auto const begin_of = [](auto from, auto to, std::uint64_t language) {
      return std::lower_bound(from, to, language,
                              [](ranked_row const& r, std::uint64_t wanted) { return r.language < wanted; });
    };
    if (runs_.empty()) {
      auto const first = begin_of(held_.begin(), held_.end(), std::uint64_t(l));
      auto const last = begin_of(first, held_.end(), std::uint64_t(l) + 1);
      c.memory_ = {held_.data() + (first - held_.begin()), std::size_t(last - first)};
      return c;
    }
    for (auto const& run : runs_)
      if (run[std::size_t(l)] != run[std::size_t(l) + 1]) c.runs_.add(store_, run[std::size_t(l)], run[std::size_t(l) + 1]);
    return c;
  }

 private:
  using run = std::array<std::uint64_t, config::language_count + 2>;  ///< where each language begins, and the end

  expected<void> spill() {
    if (held_.empty()) return {};
    std::sort(held_.begin(), held_.end(), ranks_before());
    run r{};
    for (auto const& row : held_) {
      require(row.language <= std::uint64_t(config::language_count), "sorted_rows: a language of config::language");
      ++r[std::size_t(row.language) + 1];
    }
    r[0] = store_.rows();
    for (std::size_t l = 1; l < r.size(); ++l) r[l] += r[l - 1];
    runs_.push_back(r);
    SNOWCODER_CHECK(store_.append(held_.data(), held_.size()));
    held_.clear();
    return {};
  }

  Store store_;
  std::size_t room_;
  std::vector<ranked_row> held_;
  std::vector<run> runs_;
};

}  // namespace snowcoder::select

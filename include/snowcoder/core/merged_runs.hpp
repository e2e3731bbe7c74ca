// SPDX-License-Identifier: Apache-2.0
// Sorted runs of rows in a store, read as one: always the first of all their rows. A store is a file in the programs
// (io/row_file.hpp): append(rows, count), finish() after the last one, rows() that it holds, read(first, block) fills a block
// and says how far.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace snowcoder {

template <class S, class Row>
concept run_store = requires(S& s, S const& c, Row const* rows, std::vector<Row>& block) {
  { s.append(rows, std::size_t()) } -> std::same_as<expected<void>>;
  { s.finish() } -> std::same_as<expected<void>>;
  { c.rows() } -> std::convertible_to<std::uint64_t>;
  { c.read(std::uint64_t(), block) } -> std::same_as<expected<std::size_t>>;
};

/// `Before` orders rows and has no state. The store must outlive this and stay where it is.
template <class Row, run_store<Row> Store, class Before>
class merged_runs {
 public:
  /// The rows `begin` … `end` - 1 of `store` are a run. Before the first peek().
  void add(Store const& store, std::uint64_t begin, std::uint64_t end) { runs_.push_back({&store, begin, end}); }

  /// The first row that is left, until the next call; null when none is.
  expected<Row const*> peek() {
    if (!begun_) SNOWCODER_CHECK(begin());
    if (renew_) SNOWCODER_CHECK(advance());
    return heads_.empty() ? nullptr : &heads_.front()->row();
  }
  /// The row of the last peek() is done with.
  void pop() { renew_ = true; }

 private:
  struct run {
    Store const* store;
    std::uint64_t next, end;
    std::vector<Row> block = {};
    std::size_t at = 0;

    Row const& row() const { return block[at]; }
    /// Reads on where the block is used up; false at the end.
    expected<bool> fill() {
      if (at < block.size()) return true;
      if (next == end) return false;
      block.resize(std::size_t(std::min<std::uint64_t>(end - next, 1024)));
      SNOWCODER_TRY(auto const n, store->read(next, block));
      next += n;
      at = 0;
      return n > 0;
    }
  };
  static bool later(run const* a, run const* b) { return Before()(b->row(), a->row()); }

  expected<void> begin() {
    begun_ = true;
    for (auto& r : runs_) {
      SNOWCODER_TRY(bool const some, r.fill());
      if (some) heads_.push_back(&r);
    }
    std::make_heap(heads_.begin(), heads_.end(), later);
    return {};
  }
  expected<void> advance() {
    renew_ = false;
    std::pop_heap(heads_.begin(), heads_.end(), later);
    ++heads_.back()->at;
    SNOWCODER_TRY(bool const some, heads_.back()->fill());
    if (some)
      std::push_heap(heads_.begin(), heads_.end(), later);
    else
      heads_.pop_back();
    return {};
  }

  std::vector<run> runs_;    // its elements stay in place, also when this moves
  std::vector<run*> heads_;  // a heap, the first row in front
  bool begun_ = false, renew_ = false;
};

}  // namespace snowcoder

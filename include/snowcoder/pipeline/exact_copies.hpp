// SPDX-License-Identifier: Apache-2.0
// Exact copies among the documents of prepare, as dedup::exact_duplicates() finds them, but for any number of documents: hashes
// are sorted on disk where they do not fit in memory, texts compared in batches that are asked for ahead.
#pragma once

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/dedup/exact.hpp>
#include <snowcoder/pipeline/ranked_documents.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <unordered_map>
#include <vector>

namespace snowcoder::pipeline::detail {

/// Takes documents in the order of dedup::hashed_item, items being ranks; keeper[rank] becomes the first one of its content.
class copy_finder {
 public:
  copy_finder(spill const& documents, ranked_documents const& ranks, std::span<std::uint32_t> keeper, thread_pool& pool)
      : documents_(documents), ranks_(ranks), keeper_(keeper), pool_(pool) {
    std::iota(keeper.begin(), keeper.end(), 0u);
  }

  void add(dedup::hashed_item const& added) {
    if (any_ && first_.may_equal(added)) {
      pairs_.push_back({first_.item, added.item});
      if (pairs_.size() == batch) settle();
    } else {
      first_ = added;
      any_ = true;
    }
  }
  /// After the last add.
  void finish() { settle(); }

 private:
  static constexpr std::size_t batch = 4096;
  struct pair {
    std::uint32_t first, item;
  };

  bool same(std::uint32_t a, std::uint32_t b) const {
    auto const i = ranks_.order[a], j = ranks_.order[b];
    auto const &x = documents_.record(i), &y = documents_.record(j);
    return x.content == y.content && x.text_bytes == y.text_bytes && documents_.text(i) == documents_.text(j);
  }
  void settle() {
    std::vector<std::uint32_t> numbers;
    for (auto const& [first, item] : pairs_) {
      numbers.push_back(ranks_.order[first]);
      numbers.push_back(ranks_.order[item]);
    }
    documents_.expect_texts(numbers);
    std::vector<char> equal(pairs_.size());
    pool_.for_each_index(std::int64_t(pairs_.size()), [&](std::int64_t i) {
      equal[std::size_t(i)] = same(pairs_[std::size_t(i)].first, pairs_[std::size_t(i)].item);
    });
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      keeper_[pairs_[i].item] = equal[i] ? pairs_[i].first : among_others(pairs_[i]);
    std::erase_if(others_, [&](auto const& known) { return known.first != first_.item; });
    pairs_.clear();
  }
  /// For one that only shares half a hash with the first: the one of its content among those that did so before; itself if
  /// none.
  std::uint32_t among_others(pair const& p) {
    auto& others = others_[p.first];
    auto const found = std::find_if(others.begin(), others.end(), [&](auto other) { return same(other, p.item); });
    if (found != others.end()) return *found;
    others.push_back(p.item);
    return p.item;
  }

  spill const& documents_;
  ranked_documents const& ranks_;
  std::span<std::uint32_t> keeper_;
  thread_pool& pool_;
  dedup::hashed_item first_;  // of the half hash that is looked at
  bool any_ = false;
  std::vector<pair> pairs_;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> others_;  // by first; empty, but for collisions
};

/// Per rank the best rank of its content. `memory`: bytes to sort in.
inline expected<number_file> exact_keepers(prepare_state const& state, ranked_documents const& ranks, std::int64_t memory,
                                           thread_pool& pool) {
  io::external_sort<dedup::hashed_item> sorted(state.work.folder(), memory);
  SNOWCODER_CHECK(state.documents.for_each_record([&](std::uint32_t number, spilled const& r) {
    return sorted.add(dedup::hashed_item::of({r.content, r.text_bytes}, ranks.rank_of[number]));
  }));
  SNOWCODER_TRY(auto keeper, state.work.zeros(ranks.order.size()));
  copy_finder copies(state.documents, ranks, keeper.all(), pool);
  SNOWCODER_CHECK(sorted.for_each([&](dedup::hashed_item const& item) -> expected<void> {
    copies.add(item);
    return {};
  }));
  copies.finish();
  return keeper;
}

}  // namespace snowcoder::pipeline::detail

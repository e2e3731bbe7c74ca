// SPDX-License-Identifier: Apache-2.0
// Near duplicates: candidates from the bands, every pair verified by the true Jaccard index of its shingle sets, verified
// pairs joined into clusters. A cluster is a connected component of verified pairs among the candidates, and is kept by its
// smallest item.
//
// A pair inside one cluster already needs no verification, because it cannot change the components; so the outcome is the
// same for every order of work and every number of threads, and a cluster of n copies costs n comparisons, not n².
#pragma once

#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/dedup/minhash.hpp>
#include <snowcoder/dedup/shingle.hpp>
#include <snowcoder/dedup/union_find.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace snowcoder::dedup {

struct near_duplicate_report {
  std::vector<std::uint32_t> keeper;  ///< per item the smallest item of its cluster
  std::int64_t candidates = 0;        ///< pairs that were compared; depends on the order of work
};

namespace detail {

/// Shingle sets of the documents of one bucket, made when first asked for, forgotten when they grow too many.
template <class SetOf>
class set_cache {
 public:
  set_cache(SetOf& set_of, std::size_t limit) : set_of_(set_of), limit_(limit) {}
  shingle_set const& operator()(std::uint32_t item, std::uint32_t keep) {
    if (auto const found = sets_.find(item); found != sets_.end()) return found->second;
    if (held_ > limit_) {
      for (auto i = sets_.begin(); i != sets_.end();) i = i->first == keep ? std::next(i) : sets_.erase(i);
      held_ = 0;
    }
    auto& set = sets_[item] = set_of_(item);
    held_ += set.size();
    return set;
  }

 private:
  SetOf& set_of_;
  std::size_t limit_, held_ = 0;
  std::unordered_map<std::uint32_t, shingle_set> sets_;  // looked up only, never walked for a result
};

}  // namespace detail

/// `items` are the numbers of the documents that take part, ascending; `key(item, band)` their band keys; `set_of(item)`
/// makes a document's shingle set (called from any thread). `cached` bounds the shingles that one thread keeps.
template <compares_documents R, class Key, class SetOf>
near_duplicate_report near_duplicates(std::uint32_t count, std::vector<std::uint32_t> const& items, Key&& key, SetOf&& set_of,
                                      thread_pool& pool, std::size_t cached = std::size_t(4) << 20) {
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  union_find clusters(count);
  std::unordered_set<std::uint64_t> different;  // pairs that were compared in an earlier bucket and differ
  std::mutex mutex;
  std::atomic<std::int64_t> compared{0};
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed(items.size());
  std::vector<std::pair<std::size_t, std::size_t>> buckets;
  for (int band = 0; band < settings.bands; ++band) {
    for (std::size_t i = 0; i < items.size(); ++i) keyed[i] = {key(items[i], band), items[i]};
    std::sort(keyed.begin(), keyed.end());
    buckets.clear();
    for (std::size_t first = 0; first < keyed.size();) {
      auto last = first + 1;
      while (last < keyed.size() && keyed[last].first == keyed[first].first) ++last;
      if (last - first > 1) buckets.emplace_back(first, last);
      first = last;
    }
    pool.for_each_index(std::int64_t(buckets.size()), [&](std::int64_t b) {
      auto const [first, last] = buckets[std::size_t(b)];
      detail::set_cache sets(set_of, cached);
      for (auto j = first + 1; j < last; ++j)
        for (auto i = first; i < j; ++i) {
          auto const a = keyed[i].second, c = keyed[j].second;
          auto const pair = std::uint64_t(a) << 32 | c;
          {
            std::lock_guard lock(mutex);
            if (clusters.joined(a, c) || different.contains(pair)) continue;
          }
          ++compared;
          auto const& set_c = sets(c, c);
          auto const& set_a = sets(a, c);
          bool const alike =
              jaccard_bound(set_a.size(), set_c.size()) >= settings.similarity && jaccard(set_a, set_c) >= settings.similarity;
          std::lock_guard lock(mutex);
          if (alike)
            clusters.join(a, c);
          else
            different.insert(pair);
        }
    });
  }
  near_duplicate_report report;
  report.candidates = compared;
  report.keeper.resize(count);
  for (std::uint32_t i = 0; i < count; ++i) report.keeper[i] = clusters.root(i);
  return report;
}

}  // namespace snowcoder::dedup

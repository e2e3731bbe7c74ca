// SPDX-License-Identifier: Apache-2.0
// Near duplicates: candidates from the bands, every pair verified by the true Jaccard index of its shingle sets, verified
// pairs joined into clusters. A cluster is a connected component of verified pairs among the candidates, and is kept by its
// smallest item.
//
// A pair inside one cluster already needs no verification, because it cannot change the components; so the outcome is the
// same for every order of work and every number of threads, and a bucket of n copies costs n comparisons, not n². Band keys
// may therefore come in parts, each sorted by itself: near_clusters::join() takes one after the other, or several at once.
//
// Files made from one template, alike but not enough, meet in buckets that grow with the corpus. There an item's candidates
// are the `reach` items before it: a million such files cost a thousand comparisons each, not half a million. In
// smaller buckets, every pair is a candidate.
//
//   struct settings { static constexpr config::near_duplicate near_duplicates{}; };   // or a recipe
//   std::vector<minhash<settings>::band_keys> keys(texts.size());
//   std::vector<std::uint32_t> comparable;
//   for (std::uint32_t i = 0; i < texts.size(); ++i) {
//     std::int64_t units = 0;
//     keys[i] = minhash<settings>::keys(texts[i], units);
//     if (units >= settings::near_duplicates.minimum_words) comparable.push_back(i);
//   }
//   auto const found = near_duplicates<settings>(
//       std::uint32_t(texts.size()), comparable, [&](auto i, int band) { return keys[i][std::size_t(band)]; },
//       [&](auto i) { return shingles(texts[i], settings::near_duplicates); }, pool);
//   // texts[i] goes where found.keeper[i] != i
//
// That short texts stay out (`minimum_words`) is the caller's part: here nothing knows their number of words.
#pragma once

#include <snowcoder/core/release.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/dedup/minhash.hpp>
#include <snowcoder/dedup/shingle_set.hpp>
#include <snowcoder/dedup/union_find.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <compare>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace snowcoder::dedup {

/// A band key and the document that has it. 12 bytes, in memory as on disk.
struct band_entry {
  std::uint32_t key_high = 0, key_low = 0, item = 0;
  static band_entry of(std::uint64_t key, std::uint32_t item) { return {std::uint32_t(key >> 32), std::uint32_t(key), item}; }
  std::uint64_t key() const { return std::uint64_t(key_high) << 32 | key_low; }
  friend bool operator<(band_entry const& a, band_entry const& b) {
    return a.key() != b.key() ? a.key() < b.key() : a.item < b.item;
  }
};

namespace detail {

/// Shingle sets of documents, made when first asked for, forgotten when they grow too many. Of one thread.
template <class SetOf>
class set_cache {
 public:
  set_cache(SetOf& set_of, std::size_t limit) : set_of_(set_of), limit_(limit) {}
  /// Valid until the next call but one at least: `keep` is the item of the other set in use.
  shingle_set const& operator()(std::uint32_t item, std::uint32_t keep) {
    if (auto const found = sets_.find(item); found != sets_.end()) return found->second;
    if (held_ > limit_) {
      for (auto i = sets_.begin(); i != sets_.end();) i = i->first == keep ? std::next(i) : sets_.erase(i);
      held_ = 0;
      for (auto const& [kept, set] : sets_) held_ += set.size();
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

/// Pairs that were compared and differ: a table that forgets, so that its size does not depend on the corpus.
class pair_memory {
 public:
  explicit pair_memory(std::size_t slots) : slots_(std::bit_ceil(slots)) {}
  bool knows(std::uint64_t pair) const { return slots_[slot(pair)].load(std::memory_order_relaxed) == pair; }
  void learn(std::uint64_t pair) { slots_[slot(pair)].store(pair, std::memory_order_relaxed); }

 private:
  std::size_t slot(std::uint64_t pair) const { return std::size_t(mix64(pair, 0)) & (slots_.size() - 1); }
  std::vector<std::atomic<std::uint64_t>> slots_;  // 0 is no pair: a < b
};

}  // namespace detail

template <compares_documents R>
class near_clusters {
 public:
  static constexpr config::near_duplicate settings = config::checked(R::near_duplicates);

  /// Items are numbers below `count`. `remembered`: how many pairs that differ are known again, 8 bytes each.
  explicit near_clusters(std::uint32_t count, std::size_t remembered = std::size_t(1) << 16)
      : clusters_(count), different_(remembered) {}
  /// The same for as many items as there is room for: `parents`, which must stay where they are and are nobody else's.
  near_clusters(std::span<std::uint32_t> parents, std::size_t remembered) : clusters_(parents), different_(remembered) {}

  /// Compares the documents that share a key among `entries`, which are sorted on the way; all entries of a key must come in
  /// one call. `set_of(item)` makes a document's shingle set. `cached`: shingles that are kept at a time. From any thread.
  template <class SetOf>
  void join(std::span<band_entry> entries, SetOf&& set_of, std::size_t cached = std::size_t(4) << 20) {
    std::sort(entries.begin(), entries.end());
    detail::set_cache sets(set_of, cached);
    std::vector<std::vector<bucket_member>> groups;  // the bucket's items by cluster, as far as this bucket has shown
    for (std::size_t first = 0; first < entries.size();) {
      auto last = first;
      groups.clear();
      for (; last < entries.size() && entries[last].key() == entries[first].key(); ++last) {
        auto const place = std::uint64_t(last - first);
        if (place > reach_ && place % reach_ == 0) forget(groups, place - reach_);
        add(groups, {entries[last].item, place}, sets);
      }
      first = last;
    }
  }
  /// For two items that are known to be in one cluster.
  void join_alike(std::uint32_t a, std::uint32_t b) { clusters_.join(a, b); }
  std::uint32_t size() const { return clusters_.size(); }
  /// The smallest item of the cluster. Final when every join() has returned.
  std::uint32_t keeper(std::uint32_t item) { return clusters_.root(item); }
  /// Pairs that were compared; depends on the order of work.
  std::int64_t compared() const { return compared_; }

 private:
  struct bucket_member {
    std::uint32_t item;
    std::uint64_t place;  // in the bucket
  };

  /// Compares an item with the clusters of its bucket, one member within reach after the other until one is alike, and never
  /// within a cluster: a bucket of n copies costs n steps.
  void add(std::vector<std::vector<bucket_member>>& groups, bucket_member added, auto& sets) {
    std::vector<bucket_member> own{added};
    std::size_t kept = 0;
    for (auto& group : groups) {
      bool const together =
          clusters_.joined(group.front().item, added.item) || std::any_of(group.begin(), group.end(), [&](auto const& other) {
            return other.place + reach_ >= added.place && compare(other.item, added.item, sets);
          });
      if (together) {
        if (own.size() < group.size()) own.swap(group);
        own.insert(own.end(), group.begin(), group.end());
      } else {
        if (&groups[kept] != &group) groups[kept] = std::move(group);
        ++kept;
      }
    }
    groups.resize(kept);
    groups.push_back(std::move(own));
  }
  /// What stands before `place` is out of reach.
  static void forget(std::vector<std::vector<bucket_member>>& groups, std::uint64_t place) {
    for (auto& group : groups) std::erase_if(group, [&](auto const& member) { return member.place < place; });
    std::erase_if(groups, [](auto const& group) { return group.empty(); });
  }
  /// Joins two items that are alike; true where they are in one cluster.
  bool compare(std::uint32_t a, std::uint32_t b, auto& sets) {
    if (clusters_.joined(a, b)) return true;
    auto const pair = std::uint64_t(a) << 32 | b;
    if (different_.knows(pair)) return false;
    ++compared_;
    auto const& set_b = sets(b, a);
    auto const& set_a = sets(a, b);
    bool const are_alike = alike(set_a, set_b, settings.similarity);
    if (are_alike)
      clusters_.join(a, b);
    else
      different_.learn(pair);
    return are_alike;
  }

  static constexpr auto reach_ = std::uint64_t(settings.reach);
  union_find clusters_;
  detail::pair_memory different_;
  std::atomic<std::int64_t> compared_{0};
};

struct near_duplicate_report {
  std::vector<std::uint32_t> keeper;  ///< per item the smallest item of its cluster
  std::int64_t candidates = 0;        ///< pairs that were compared; depends on the order of work
};

/// All in memory. `items` are the numbers of the documents that take part; `key(item, band)` their band keys; `set_of(item)`
/// makes a document's shingle set (called from any thread).
template <compares_documents R, class Key, class SetOf>
near_duplicate_report near_duplicates(std::uint32_t count, std::vector<std::uint32_t> const& items, Key&& key, SetOf&& set_of,
                                      thread_pool& pool, std::size_t cached = std::size_t(4) << 20) {
  constexpr auto settings = config::near_duplicate(R::near_duplicates);
  near_clusters<R> clusters(count);
  std::vector<std::vector<band_entry>> bands(std::size_t(settings.bands));
  pool.for_each_index(settings.bands, [&](std::int64_t band) {
    auto& entries = bands[std::size_t(band)];
    entries.reserve(items.size());
    for (auto i : items) entries.push_back(band_entry::of(key(i, int(band)), i));
    clusters.join(std::span(entries), set_of, cached);
    release(entries);
  });
  near_duplicate_report report{std::vector<std::uint32_t>(count), clusters.compared()};
  for (std::uint32_t i = 0; i < count; ++i) report.keeper[i] = clusters.keeper(i);
  return report;
}

}  // namespace snowcoder::dedup

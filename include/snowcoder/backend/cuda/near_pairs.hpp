// SPDX-License-Identifier: Apache-2.0
// Candidate pairs of documents that share a band key, their true Jaccard index, and the components of those that are alike,
// on the GPU. Defined in near_pairs.cuh.   twin: dedup/near.hpp and dedup/union_find.hpp
//
// A pair is (smaller item << 32 | larger item). Components are trees: parent (items), a root below all its items, so that
// items may be joined from any thread and no order of joins shows in the end.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

inline constexpr std::uint64_t no_pair = ~std::uint64_t(0);
inline constexpr std::uint64_t known_pair = no_pair - 1;  ///< one that was compared before and differs

/// Pairs that were compared and differ: a table that forgets. `slots` is a power of two; a slot's first content is no_pair.
struct pair_memory_view {
  std::uint64_t* slots;
  std::uint64_t size;
};

/// Sets of hashes, of document i set[begin[i], begin[i + 1]), ascending, repeats included.
struct sets_view {
  std::uint64_t const* hashes;
  std::uint32_t const* begin;
};

/// parent[i] = i
void start_components(device& d, std::uint32_t* parent, std::int64_t count);
/// parent[i] = the smallest item of i's component
void settle_components(device& d, std::uint32_t* parent, std::int64_t count);

/// head[i]: where the bucket of entry i begins. keys (count): sorted.
void find_buckets(device& d, std::uint32_t* head, std::uint64_t const* keys, std::int64_t count);
/// pairs (distances, count): of entry i with the entry first_distance + d before it in its bucket, where that is in another
/// component; known_pair where it is known to differ, or where neighbours differ in a bucket that is longer than these
/// distances; no_pair elsewhere. Items of a bucket ascend. Where all is no_pair, greater distances find nothing either.
void pair_with_earlier(device& d, std::uint64_t* pairs, std::uint32_t const* items, std::uint32_t const* head,
                       std::int64_t count, std::int64_t first_distance, std::int64_t distances, std::uint32_t* parent,
                       pair_memory_view different);
/// found (2): how many of the sorted pairs are real, and how many are not no_pair.
void count_pairs(device& d, std::uint32_t* found, std::uint64_t const* pairs, std::int64_t count);

/// distinct (documents): elements of a set, repeats not counted.
void count_distinct(device& d, std::uint32_t* distinct, sets_view sets, std::int64_t documents);
/// Joins the items of those pairs whose sets have a Jaccard index of at least `similarity`, remembers the others.
/// where (count): the documents of a pair, as pairs.
void join_alike(device& d, std::uint64_t const* pairs, std::uint64_t const* where, std::int64_t count, sets_view sets,
                std::uint32_t const* distinct, double similarity, std::uint32_t* parent, pair_memory_view different);

}  // namespace snowcoder::cuda

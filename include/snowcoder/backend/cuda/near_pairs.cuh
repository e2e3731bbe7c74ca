// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of near_pairs.hpp.
#pragma once

#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/near_pairs.hpp>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/core/hash.hpp>

namespace snowcoder::cuda {

namespace detail {

template <class T>
__device__ inline T fresh(T const* p) {  // other threads write it meanwhile
  return *static_cast<T const volatile*>(p);
}

/// The root of an item; the way to it is halved for those who come next.
__device__ inline std::uint32_t root_of(std::uint32_t* parent, std::uint32_t item) {
  for (;;) {
    auto const above = fresh(parent + item);
    if (above == item) return item;
    auto const next = fresh(parent + above);
    if (next != above) atomicCAS(parent + item, above, next);
    item = next;
  }
}
__device__ inline void join_items(std::uint32_t* parent, std::uint32_t a, std::uint32_t b) {
  for (;;) {
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a == b) return;
    auto const low = a < b ? a : b, high = a < b ? b : a;
    if (atomicCAS(parent + high, high, low) == high) return;
  }
}
__device__ inline std::uint64_t* slot_of(pair_memory_view memory, std::uint64_t pair) {
  return memory.slots + (mix64(pair, 0) & (memory.size - 1));
}
/// The first of sorted values[first, last) that is not below x.
template <class V>
__device__ inline std::uint32_t lower_bound_of(V const* values, std::uint32_t first, std::uint32_t last, V x) {
  while (first < last) {
    auto const middle = first + (last - first) / 2;
    if (values[middle] < x)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

/// One thread per item.
__global__ void start_component(std::uint32_t* parent, std::int64_t count) {
  auto const i = thread_of_grid();
  if (i < count) parent[i] = std::uint32_t(i);
}
__global__ void settle_component(std::uint32_t* parent, std::int64_t count) {
  auto const i = thread_of_grid();
  if (i < count) parent[i] = root_of(parent, std::uint32_t(i));
}

/// One thread per entry.
__global__ void find_bucket(std::uint32_t* head, std::uint64_t const* keys, std::int64_t count) {
  auto const i = thread_of_grid();
  if (i < count) head[i] = lower_bound_of(keys, 0, std::uint32_t(i), keys[i]);
}
/// pairs (distances, count). One thread per element.
__global__ void pair_with_entry_before(std::uint64_t* pairs, std::uint32_t const* items, std::uint32_t const* head,
                                       std::int64_t count, std::int64_t first_distance, std::int64_t distances,
                                       std::uint32_t* parent, pair_memory_view different) {
  auto const at = thread_of_grid();
  if (at >= distances * count) return;
  auto const i = at % count, begin = std::int64_t(head[i]);
  auto const differ = [&](std::int64_t other) {
    return items[other] != items[i] && root_of(parent, items[other]) != root_of(parent, items[i]);
  };
  auto const before = i - first_distance - at / count, beyond = begin + first_distance + distances;
  auto pair = no_pair;
  if (before >= begin && differ(before)) {
    pair = std::uint64_t(items[before]) << 32 | items[i];
    if (fresh(slot_of(different, pair)) == pair) pair = known_pair;
  } else if (at < count && i > begin && beyond < count && head[beyond] == begin && differ(i - 1)) {
    pair = known_pair;
  }
  pairs[at] = pair;
}
/// Two threads.
__global__ void count_pairs_before(std::uint32_t* found, std::uint64_t const* pairs, std::int64_t count) {
  auto const i = thread_of_grid();
  if (i < 2) found[i] = lower_bound_of(pairs, 0, std::uint32_t(count), i == 0 ? known_pair : no_pair);
}

__device__ inline bool is_repeat(std::uint64_t const* hashes, std::uint32_t begin, std::uint32_t at) {
  return at > begin && hashes[at] == hashes[at - 1];
}
/// One warp per document.
__global__ void count_distinct_of_set(std::uint32_t* distinct, sets_view sets, std::int64_t documents) {
  auto const i = warp_of_grid();
  if (i >= documents) return;
  std::uint32_t count = 0;
  auto const begin = sets.begin[i], end = sets.begin[i + 1];
  for (auto at = begin + std::uint32_t(lane_of_warp()); at < end; at += 32) count += !is_repeat(sets.hashes, begin, at);
  count = sum_of_lanes(count);
  if (lane_of_warp() == 0) distinct[i] = count;
}
/// Elements of the shorter set are looked up in the longer one. One warp per pair.
__global__ void join_alike_pair(std::uint64_t const* pairs, std::uint64_t const* where, std::int64_t count, sets_view sets,
                                std::uint32_t const* distinct, double similarity, std::uint32_t* parent,
                                pair_memory_view different) {
  auto const i = warp_of_grid();
  if (i >= count) return;
  auto const a = std::uint32_t(where[i] >> 32), b = std::uint32_t(where[i]);
  bool const a_is_short = distinct[a] <= distinct[b];
  auto const few = a_is_short ? a : b, many = a_is_short ? b : a;
  auto const begin = sets.begin[few], end = sets.begin[few + 1], first = sets.begin[many], last = sets.begin[many + 1];
  std::uint32_t common = 0;
  for (auto at = begin + std::uint32_t(lane_of_warp()); at < end; at += 32) {
    if (is_repeat(sets.hashes, begin, at)) continue;
    auto const found = lower_bound_of(sets.hashes, first, last, sets.hashes[at]);
    common += found < last && sets.hashes[found] == sets.hashes[at];
  }
  common = sum_of_lanes(common);
  if (lane_of_warp() != 0) return;
  auto const both = std::uint64_t(distinct[a]) + distinct[b];
  if ((both ? double(common) / double(both - common) : 1.0) >= similarity)  // the words of dedup::alike
    join_items(parent, std::uint32_t(pairs[i] >> 32), std::uint32_t(pairs[i]));
  else
    *static_cast<std::uint64_t volatile*>(slot_of(different, pairs[i])) = pairs[i];
}

}  // namespace detail

void start_components(device& d, std::uint32_t* parent, std::int64_t count) {
  launch(d, "start_components", thread_each(count), detail::start_component, parent, count);
}
void settle_components(device& d, std::uint32_t* parent, std::int64_t count) {
  launch(d, "settle_components", thread_each(count), detail::settle_component, parent, count);
}
void find_buckets(device& d, std::uint32_t* head, std::uint64_t const* keys, std::int64_t count) {
  launch(d, "find_buckets", thread_each(count), detail::find_bucket, head, keys, count);
}
void pair_with_earlier(device& d, std::uint64_t* pairs, std::uint32_t const* items, std::uint32_t const* head,
                       std::int64_t count, std::int64_t first_distance, std::int64_t distances, std::uint32_t* parent,
                       pair_memory_view different) {
  launch(d, "pair_with_earlier", thread_each(distances * count), detail::pair_with_entry_before, pairs, items, head, count,
         first_distance, distances, parent, different);
}
void count_pairs(device& d, std::uint32_t* found, std::uint64_t const* pairs, std::int64_t count) {
  launch(d, "count_pairs", thread_each(2), detail::count_pairs_before, found, pairs, count);
}
void count_distinct(device& d, std::uint32_t* distinct, sets_view sets, std::int64_t documents) {
  launch(d, "count_distinct", warp_each(documents), detail::count_distinct_of_set, distinct, sets, documents);
}
void join_alike(device& d, std::uint64_t const* pairs, std::uint64_t const* where, std::int64_t count, sets_view sets,
                std::uint32_t const* distinct, double similarity, std::uint32_t* parent, pair_memory_view different) {
  launch(d, "join_alike", warp_each(count), detail::join_alike_pair, pairs, where, count, sets, distinct, similarity, parent,
         different);
}

}  // namespace snowcoder::cuda

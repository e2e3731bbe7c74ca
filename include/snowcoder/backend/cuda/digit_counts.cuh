// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of digit_counts.hpp.
#pragma once

#include <snowcoder/backend/cuda/digit_counts.hpp>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/core/contract.hpp>

#include <algorithm>

namespace snowcoder::cuda {

namespace detail {

/// Whether a row's key begins as the bound does.
__device__ inline bool on_bound(counted_row const& row, digit_bound const& bound) {
  int w = 0, left = bound.depth;
  for (; left >= 8; left -= 8, ++w)
    if (row.key[w] != bound.key[w]) return false;
  return left == 0 || (row.key[w] ^ bound.key[w]) >> (64 - 8 * left) == 0;
}

/// A block counts `each` rows into memory of its own, then adds that to everyone's.
__global__ void count_digits_of_part(digit_bin* bins, std::uint64_t* heaviest, counted_row const* rows, std::int64_t count,
                                     std::int64_t each, digit_bound const* bounds, int groups) {
  auto* const weights = reinterpret_cast<unsigned long long*>(shared_floats());  // (groups, digit_values)
  auto* const most = weights + groups * digit_values;                            // (groups)
  auto* const numbers = reinterpret_cast<unsigned*>(most + groups);              // (groups, digit_values)
  for (int i = int(threadIdx.x); i < groups * digit_values; i += int(blockDim.x)) weights[i] = 0, numbers[i] = 0;
  for (int i = int(threadIdx.x); i < groups; i += int(blockDim.x)) most[i] = 0;
  __syncthreads();
  auto const first = std::int64_t(blockIdx.x) * each, end = first + each < count ? first + each : count;
  for (auto i = first + threadIdx.x; i < end; i += blockDim.x) {
    auto const& row = rows[i];
    auto const group = int(row.place_and_group >> 56);
    auto const& bound = bounds[group];
    if (bound.settled || !on_bound(row, bound)) continue;
    auto const digit = int(row.key[bound.depth / 8] >> (56 - 8 * (bound.depth % 8)) & 0xff);
    auto const weight = static_cast<unsigned long long>(row.weight);
    atomicAdd(weights + group * digit_values + digit, weight);
    atomicAdd(numbers + group * digit_values + digit, 1u);
    if (weight > most[group]) atomicMax(most + group, weight);
  }
  __syncthreads();
  for (int i = int(threadIdx.x); i < groups * digit_values; i += int(blockDim.x))
    if (numbers[i]) {
      atomicAdd(reinterpret_cast<unsigned long long*>(&bins[i].weight), weights[i]);
      atomicAdd(reinterpret_cast<unsigned long long*>(&bins[i].rows), static_cast<unsigned long long>(numbers[i]));
    }
  for (int i = int(threadIdx.x); i < groups; i += int(blockDim.x))
    if (most[i]) atomicMax(reinterpret_cast<unsigned long long*>(heaviest + i), most[i]);
}

}  // namespace detail

void count_digits(device& d, digit_bin* bins, std::uint64_t* heaviest, counted_row const* rows, std::int64_t count,
                  digit_bound const* bounds, int groups) {
  require(groups > 0 && groups <= most_groups, "count_digits: groups whose counters fit the memory of a block");
  // Enough blocks for every multiprocessor, each with more to count than it has counters.
  auto const each = std::max<std::int64_t>(pieces_of(count, 1024), 8192);
  auto const bytes = groups * (std::int64_t(digit_values) * 12 + 8);
  launch(d, "count_digits", {pieces_of(count, each), 512, bytes}, detail::count_digits_of_part, bins, heaviest, rows, count,
         each, bounds, groups);
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Sorts and sums over flat arrays, by CUB. Defined in order.cuh, the one place that names it.   twin: std::stable_sort,
// std::exclusive_scan
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// The slot of device::scratch() that these verbs use: who calls them holds the others.
inline constexpr int order_slot = 3;

/// out = in, ascending. The arrays are apart; `in` stays as it is.
void sort_keys(device& d, std::uint64_t* out, std::uint64_t const* in, std::int64_t count);

/// Both, by key; equal keys keep their order.
template <class Key, class Value>
void sort_pairs(device& d, Key* keys_out, Key const* keys, Value* values_out, Value const* values, std::int64_t count);

/// values[i] = the sum of what stood before i, modulo 2^32.
void exclusive_sum(device& d, std::uint32_t* values, std::int64_t count);

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// order.hpp by CUB. Tests that run kernels on the CPU find CUB's calls in tests/support/cuda_emulation.
#pragma once

#include <snowcoder/backend/cuda/order.hpp>

#include <cuda_runtime.h>

#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include <cstddef>

namespace snowcoder::cuda {

namespace detail {
/// CUB's calls come twice: how much memory, then the work.
template <class Call>
void with_storage(device& d, char const* verb, Call&& call) {
  std::size_t bytes = 0;
  must(call(nullptr, bytes), verb);
  void* const storage = d.scratch<std::byte>(order_slot, std::int64_t(bytes) + 1);
  must(call(storage, bytes), verb);
}
}  // namespace detail

void sort_keys(device& d, std::uint64_t* out, std::uint64_t const* in, std::int64_t count) {
  if (count == 0) return;
  detail::with_storage(d, "sort_keys", [&](void* storage, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortKeys(storage, bytes, in, out, count, 0, 64, d.queue());
  });
}

template <class Key, class Value>
void sort_pairs(device& d, Key* keys_out, Key const* keys, Value* values_out, Value const* values, std::int64_t count) {
  if (count == 0) return;
  detail::with_storage(d, "sort_pairs", [&](void* storage, std::size_t& bytes) {
    return cub::DeviceRadixSort::SortPairs(storage, bytes, keys, keys_out, values, values_out, count, 0, int(sizeof(Key) * 8),
                                           d.queue());
  });
}

void exclusive_sum(device& d, std::uint32_t* values, std::int64_t count) {
  if (count == 0) return;
  detail::with_storage(d, "exclusive_sum", [&](void* storage, std::size_t& bytes) {
    return cub::DeviceScan::ExclusiveSum(storage, bytes, values, values, count, d.queue());
  });
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Stands in for CUB's header of this name where kernels are run on the CPU: stable sorts by the low bits of keys. The first
// call of two says how much memory the second wants, and the second gets no less.
#pragma once

#include "../../cuda_runtime_api.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <vector>

namespace cub {

struct DeviceRadixSort {
  template <class Key, class Value>
  static cudaError_t SortPairs(void* storage, std::size_t& bytes, Key const* keys, Key* keys_out, Value const* values,
                               Value* values_out, std::int64_t count, int begin_bit, int end_bit, cudaStream_t queue) {
    if (!asked(storage, bytes)) return cudaSuccess;
    return cuda_emulation::queued(queue, [=] {
      auto const order = sorted(keys, count, begin_bit, end_bit);
      for (std::int64_t i = 0; i < count; ++i) {
        keys_out[i] = keys[order[std::size_t(i)]];
        values_out[i] = values[order[std::size_t(i)]];
      }
    });
  }
  template <class Key>
  static cudaError_t SortKeys(void* storage, std::size_t& bytes, Key const* keys, Key* keys_out, std::int64_t count,
                              int begin_bit, int end_bit, cudaStream_t queue) {
    if (!asked(storage, bytes)) return cudaSuccess;
    return cuda_emulation::queued(queue, [=] {
      auto const order = sorted(keys, count, begin_bit, end_bit);
      for (std::int64_t i = 0; i < count; ++i) keys_out[i] = keys[order[std::size_t(i)]];
    });
  }

 private:
  static constexpr std::size_t wanted = 96;
  static bool asked(void* storage, std::size_t& bytes) {
    if (!storage) return bytes = wanted, false;
    if (bytes < wanted) std::abort();
    return true;
  }
  template <class Key>
  static std::vector<std::size_t> sorted(Key const* keys, std::int64_t count, int begin_bit, int end_bit) {
    std::vector<std::size_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), std::size_t(0));
    auto const bits = [&](std::size_t i) {
      auto const above = end_bit >= int(sizeof(Key) * 8) ? keys[i] : Key(keys[i] & ((Key(1) << end_bit) - 1));
      return above >> begin_bit;
    };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return bits(a) < bits(b); });
    return order;
  }
};

}  // namespace cub

// SPDX-License-Identifier: Apache-2.0
// Stands in for CUB's header of this name where kernels are run on the CPU.
#pragma once

#include "../../cuda_runtime_api.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>

namespace cub {

struct DeviceScan {
  template <class V>
  static cudaError_t ExclusiveSum(void* storage, std::size_t& bytes, V const* in, V* out, std::int64_t count,
                                  cudaStream_t queue) {
    if (!storage) return bytes = 1, cudaSuccess;
    if (bytes < 1) std::abort();
    return cuda_emulation::queued(queue, [=] { std::exclusive_scan(in, in + count, out, V(0)); });
  }
};

}  // namespace cub

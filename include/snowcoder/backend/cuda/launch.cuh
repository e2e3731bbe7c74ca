// SPDX-License-Identifier: Apache-2.0
// How kernels are started, and who a thread is. tests/support/cuda_emulation stands in for the runtime where kernels are
// run on the CPU.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/launch_plan.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/core/contract.hpp>

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>

namespace snowcoder::cuda {

/// Starts `kernel` behind what the device has queued; `verb` is named when that fails. A plan without blocks is nothing to do.
template <class... Parameters>
void launch(device& d, char const* verb, launch_plan plan, void (*kernel)(Parameters...),
            std::type_identity_t<Parameters>... arguments) {
  if (plan.blocks == 0) return;
  require(launchable(plan), "launch: a grid that every device can run");
  if (plan.shared_bytes > shared_without_asking)
    must(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, int(plan.shared_bytes)), verb);
  cudaLaunchConfig_t how = {};
  how.gridDim = dim3(unsigned(plan.blocks));
  how.blockDim = dim3(unsigned(plan.threads));
  how.dynamicSmemBytes = std::size_t(plan.shared_bytes);
  how.stream = d.queue();
  must(cudaLaunchKernelEx(&how, kernel, arguments...), verb);
}

namespace detail {

/// The block's memory that the plan asked for.
__device__ inline float* shared_floats() {
#if defined(__CUDACC__)
  extern __shared__ __align__(16) float snowcoder_shared[];
  return snowcoder_shared;
#else
  return cuda_emulation::shared_floats();
#endif
}

__device__ inline std::int64_t thread_of_grid() { return std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; }
__device__ inline std::int64_t warp_of_grid() { return std::int64_t(blockIdx.x) * (blockDim.x / 32) + threadIdx.x / 32; }
__device__ inline int lane_of_warp() { return int(threadIdx.x % 32); }

/// Where a thread of strips_of_rows(rows, items) works.
struct strip_place {
  std::int64_t row, item;
};
__device__ inline strip_place place_in_strips(std::int64_t items) {
  auto const strips = unsigned((items + blockDim.x - 1) / blockDim.x);
  return {blockIdx.x / strips, std::int64_t(blockIdx.x % strips) * blockDim.x + threadIdx.x};
}

}  // namespace detail

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// CUDA's device side for a C++ compiler: grids, blocks, warps, shared memory, barriers and shuffles as kernels see them.
#pragma once

#include "cuda_runtime_api.h"
#include "fibers.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#define __global__
#define __device__
#define __host__
#define __shared__ static  // one block runs at a time
#define __align__(bytes) alignas(bytes)
#define __launch_bounds__(...)

struct uint3 {
  unsigned x = 0, y = 0, z = 0;
};
struct dim3 {
  unsigned x, y, z;
  dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};

inline uint3 threadIdx, blockIdx;  // of the thread that runs now
inline dim3 blockDim, gridDim;

namespace cuda_emulation {

/// What `lane` of the caller's warp gives for `value`.
template <class V>
V from_lane(V value, unsigned lane) {
  static_assert(sizeof(V) <= sizeof(std::uint64_t));
  static std::uint64_t given[1024];
  auto const first = threadIdx.x / 32 * 32;
  std::memcpy(&given[threadIdx.x], &value, sizeof(V));
  fibers::current().wait_for_warp();
  std::memcpy(&value, &given[first + lane % 32], sizeof(V));
  fibers::current().wait_for_warp();
  return value;
}

inline float* shared_floats() { return fibers::current().shared(); }

}  // namespace cuda_emulation

inline void __syncthreads() { cuda_emulation::fibers::current().wait_for_block(); }
inline void __syncwarp(unsigned = ~0u) { cuda_emulation::fibers::current().wait_for_warp(); }
template <class V>
V __shfl_xor_sync(unsigned, V value, int mask) {
  return cuda_emulation::from_lane(value, threadIdx.x % 32 ^ unsigned(mask));
}
template <class V>
V __shfl_sync(unsigned, V value, int lane) {
  return cuda_emulation::from_lane(value, unsigned(lane));
}
// Threads take turns, and only where they wait: what is atomic needs nothing.
template <class V>
V atomicCAS(V* at, V compare, V value) {
  V const old = *at;
  if (old == compare) *at = value;
  return old;
}
template <class V>
V atomicAdd(V* at, V value) {
  V const old = *at;
  *at += value;
  return old;
}
template <class V>
V atomicMax(V* at, V value) {
  V const old = *at;
  if (old < value) *at = value;
  return old;
}
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline float rsqrtf(float x) { return 1.0f / std::sqrt(x); }

struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
};
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
template <class F>
cudaError_t cudaFuncSetAttribute(F*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
template <class... Parameters>
cudaError_t cudaLaunchKernelEx(cudaLaunchConfig_t const* how, void (*kernel)(Parameters...),
                               std::type_identity_t<Parameters>... arguments) {
  return cuda_emulation::queued(how->stream, [=, how = *how] {
    using cuda_emulation::fibers;
    blockDim = how.blockDim;
    gridDim = how.gridDim;
    for (blockIdx.x = 0; blockIdx.x < gridDim.x; ++blockIdx.x)
      fibers::current().run(
          blockDim.x, how.dynamicSmemBytes, [](unsigned t) { threadIdx.x = t; }, [&] { kernel(arguments...); });
  });
}

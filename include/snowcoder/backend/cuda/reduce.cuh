// SPDX-License-Identifier: Apache-2.0
// Sums and maxima over the threads of a warp or a block, in an order that never changes; every thread gets the result.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace snowcoder::cuda::detail {

/// Over groups of `Width` neighbouring lanes; all lanes of the warp take part.
template <int Width = 32, class V>
__device__ inline V sum_of_lanes(V value) {
#pragma unroll
  for (int distance = Width / 2; distance > 0; distance /= 2) value += __shfl_xor_sync(0xffffffffu, value, distance);
  return value;
}
template <int Width = 32>
__device__ inline float largest_of_lanes(float value) {
#pragma unroll
  for (int distance = Width / 2; distance > 0; distance /= 2)
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, distance));
  return value;
}

/// Over a block; all its threads take part. Warps are added in order.
template <class V>
__device__ inline V sum_of_block(V value) {
  __shared__ V parts[32];
  value = sum_of_lanes(value);
  __syncthreads();  // a call before this one may still be reading
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
  __syncthreads();
  V sum = parts[0];
  for (unsigned w = 1; w < blockDim.x / 32; ++w) sum += parts[w];
  return sum;
}
__device__ inline float largest_of_block(float value) {
  __shared__ float parts[32];
  value = largest_of_lanes(value);
  __syncthreads();
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = value;
  __syncthreads();
  float most = parts[0];
  for (unsigned w = 1; w < blockDim.x / 32; ++w) most = fmaxf(most, parts[w]);
  return most;
}

}  // namespace snowcoder::cuda::detail

// SPDX-License-Identifier: Apache-2.0
// Elements as kernels read and write them: up to 16 bytes at a time where every row allows it, computed with as float.
#pragma once

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cuda_runtime.h>

#include <cstdint>
#include <type_traits>

namespace snowcoder::cuda::detail {

/// N neighbours, read or written by one instruction.
template <class T, int N>
struct alignas(sizeof(T) * N) pack {
  T at[N];
};
template <class T>
inline constexpr int widest = 16 / int(sizeof(T));

template <int N, class T>
__device__ inline pack<T, N> load(T const* from) {
  return *reinterpret_cast<pack<T, N> const*>(from);
}
template <int N, class T>
__device__ inline void store(T* to, pack<T, N> const& values) {
  *reinterpret_cast<pack<T, N>*>(to) = values;
}

/// The element nearest to `value`.
template <class T>
__device__ inline T nearest(float value) {
  if constexpr (std::is_same_v<T, float>) {
    return value;
  } else {
#if defined(__CUDA_ARCH__)
    T narrow;  // one instruction, instead of integer arithmetic
    if constexpr (std::is_same_v<T, float16>)
      asm("cvt.rn.f16.f32 %0, %1;" : "=h"(narrow.bits) : "f"(value));
    else
      asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(narrow.bits) : "f"(value));
    return narrow;
#else
    return T(value);
#endif
  }
}

/// Whether rows of `columns` elements at `data`, `stride` apart, can be walked N elements at a time.
template <int N, class T>
bool aligned(T const* data, std::int64_t columns, std::int64_t stride) {
  return columns % N == 0 && stride % N == 0 && reinterpret_cast<std::uintptr_t>(data) % (N * sizeof(T)) == 0;
}
template <int N, class... Views>
bool all_aligned(Views const&... v) {
  return (aligned<N>(v.data, v.columns, v.stride) && ...);
}

}  // namespace snowcoder::cuda::detail

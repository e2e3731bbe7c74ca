// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of rms_norm.   twin: backend/cpu/reference/rms_norm.hpp
#pragma once

#include <snowcoder/backend/cuda/rms_norm.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/core/contract.hpp>

namespace snowcoder::cuda {

namespace detail {

inline constexpr int rms_norm_warps = 4;  // rows per block

/// y = bf16(x * rsqrt(mean(x^2) + eps)) * weight, one warp per row: lane l reads elements l, l + 32, ...
/// x, y: (rows, width) bf16 · weight: (width) bf16 · sums in f32. The row is read twice; the second read hits the cache.
template <config::named_model R>
__global__ void rms_norm_warp_per_row(bfloat16* y, bfloat16 const* x, bfloat16 const* weight, std::int64_t rows) {
  constexpr auto s = R::model;

  std::int64_t const row = std::int64_t(blockIdx.x) * rms_norm_warps + threadIdx.x / 32;
  int const lane = int(threadIdx.x % 32);
  if (row >= rows) return;

  bfloat16 const* const in = x + row * s.width;
  float sum = 0;
  for (int j = lane; j < s.width; j += 32) sum += float(in[j]) * float(in[j]);

  for (int distance = 16; distance > 0; distance /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, distance);
  float const inverse = rsqrtf(sum / float(s.width) + float(s.norm_epsilon));

  bfloat16* const out = y + row * s.width;
  for (int j = lane; j < s.width; j += 32) out[j] = bfloat16(float(bfloat16(float(in[j]) * inverse)) * float(weight[j]));
}

}  // namespace detail

template <config::named_model R>
expected<void> rms_norm(bfloat16* y, bfloat16 const* x, bfloat16 const* weight, std::int64_t rows, stream queue) {
  constexpr std::int64_t per_block = detail::rms_norm_warps;
  require(rows >= 0 && rows / per_block < 0x7fffffff, "rms_norm: as many rows as a grid can hold");
  if (rows == 0) return {};
  auto const blocks = unsigned((rows + per_block - 1) / per_block);
  detail::rms_norm_warp_per_row<R><<<blocks, unsigned(32 * per_block), 0, queue>>>(y, x, weight, rows);
  return check(cudaGetLastError(), "launch of rms_norm");
}

}  // namespace snowcoder::cuda

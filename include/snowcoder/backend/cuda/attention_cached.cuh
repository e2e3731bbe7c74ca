// SPDX-License-Identifier: Apache-2.0
// Kernels and launcher of attention_cached.hpp.
#pragma once

#include <snowcoder/backend/cuda/attention_cached.hpp>
#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/core/contract.hpp>

namespace snowcoder::cuda {

namespace detail {

template <class T>
__global__ void keep_keys_and_values(matrix_view<T> keys, matrix_view<T> values, matrix_view<T const> qkv,
                                     cached_span const* where, attention_shape s) {
  auto const [r, e] = place_in_strips(s.kv_width());
  if (e >= s.kv_width()) return;
  auto const last = where[r].first + where[r].seen - 1;
  keys.row(last)[e] = qkv.row(r)[s.k(0) + e];
  values.row(last)[e] = qkv.row(r)[s.v(0) + e];
}

/// One block per row and head. Each of its eight warps walks every eighth key with a running softmax; lane l has the elements
/// l, l + 32, … of the head. The warps' parts are joined in order.
template <int PerLane, class T>
__global__ void __launch_bounds__(256)
    attend_to_cache(matrix_view<T> out, matrix_view<T const> qkv, matrix_view<T const> keys, matrix_view<T const> values,
                    cached_span const* where, attention_shape s, float scale) {
  constexpr int warps = block_threads / 32;
  __shared__ float largest[warps], weight[warps], part[warps][PerLane * 32];
  auto const r = std::int64_t(blockIdx.x) / s.heads, h = std::int64_t(blockIdx.x) % s.heads;
  int const warp = int(threadIdx.x / 32), lane = lane_of_warp(), width = int(s.head_width);
  auto const kv = h / s.group() * s.head_width;
  float q[PerLane], sums[PerLane] = {}, most = -3e38f, all = 0;
  for (int i = 0; i < PerLane; ++i) q[i] = lane + 32 * i < width ? float(qkv.row(r)[s.q(h) + lane + 32 * i]) * scale : 0.0f;
  auto const first = where[r].first, end = first + where[r].seen;
  for (auto j = first + warp; j < end; j += warps) {
    float dot = 0;
    for (int i = 0; i < PerLane; ++i)
      if (lane + 32 * i < width) dot += q[i] * float(keys.row(j)[kv + lane + 32 * i]);
    dot = sum_of_lanes(dot);
    float const now = fmaxf(most, dot), faded = expf(most - now), p = expf(dot - now);
    all = all * faded + p;
    most = now;
    for (int i = 0; i < PerLane; ++i)
      if (lane + 32 * i < width) sums[i] = sums[i] * faded + p * float(values.row(j)[kv + lane + 32 * i]);
  }
  if (lane == 0) {
    largest[warp] = most;
    weight[warp] = all;
  }
  for (int i = 0; i < PerLane; ++i) part[warp][lane + 32 * i] = sums[i];
  __syncthreads();
  for (int e = int(threadIdx.x); e < width; e += block_threads) {
    float top = largest[0], value = 0, total = 0;
    for (int w = 1; w < warps; ++w) top = fmaxf(top, largest[w]);
    for (int w = 0; w < warps; ++w) {
      float const faded = expf(largest[w] - top);
      value += part[w][e] * faded;
      total += weight[w] * faded;
    }
    out.row(r)[s.q(h) + e] = nearest<T>(value / total);
  }
}

/// The kernel for heads of that width.
template <class T>
auto cache_kernel(std::int64_t head_width) {
  return head_width <= 32 ? &attend_to_cache<1, T> : head_width <= 64 ? &attend_to_cache<2, T> : &attend_to_cache<4, T>;
}

}  // namespace detail

template <class T>
void attention_cached(device& d, matrix_view<T> out, matrix_view<T const> qkv, matrix_view<T> keys, matrix_view<T> values,
                      cached_span const* where, attention_shape s) {
  require(s.head_width <= widest_head, "attention_cached: heads no wider than kernels have room for");
  if (qkv.rows == 0) return;
  auto* const spans = d.scratch<cached_span>(0, qkv.rows);
  upload(d, spans, where, qkv.rows);
  launch(d, "attention_cached", strips_of_rows(qkv.rows, s.kv_width()), &detail::keep_keys_and_values<T>, keys, values, qkv,
         spans, s);
  launch(d, "attention_cached", block_each(qkv.rows * s.heads), detail::cache_kernel<T>(s.head_width), out, qkv,
         matrix_view<T const>(keys), matrix_view<T const>(values), spans, s, s.scale());
}

}  // namespace snowcoder::cuda

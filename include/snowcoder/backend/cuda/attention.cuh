// SPDX-License-Identifier: Apache-2.0
// Kernels and launchers of attention.hpp. One block per 32 queries (or keys) of a head of a sequence. Where the kernels are
// built with cuDNN (SNOWCODER_CUDNN), it does what it serves, and these the rest.
#pragma once

#include <snowcoder/backend/cuda/attention.hpp>
#include <snowcoder/backend/cuda/attention_tile.cuh>
#include <snowcoder/backend/cuda/cudnn_attention.hpp>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>

#include <type_traits>

namespace snowcoder::cuda {

namespace detail {

/// Which tile, head and sequence a block has; tiles with much to do come first.
struct attention_place {
  std::int64_t tile, head, sequence;
};
__device__ inline attention_place place_in_attention(std::int64_t tiles, std::int64_t heads, bool backwards) {
  auto const at = std::int64_t(blockIdx.x), tile = at / heads % tiles;
  return {backwards ? tiles - 1 - tile : tile, at % heads, at / heads / tiles};
}

/// The keys that row i of a sequence sees.
__device__ inline key_range keys_of(attention_shape const& s, std::int64_t sequence, std::int64_t i) {
  return i < s.length ? key_range{s.start(sequence, i), i + 1} : key_range{};
}

template <int D, class T>
__global__ void __launch_bounds__(256) attention_forward(matrix_view<T> out, float* log_sums, matrix_view<T const> qkv,
                                                         attention_shape s, float scale, bool wide) {
  auto const [tile, h, sequence] = place_in_attention((s.length + tile_rows - 1) / tile_rows, s.heads, true);
  auto const first = tile * tile_rows, left = s.length - first, queries = left < tile_rows ? left : tile_rows;
  auto const rows = qkv.slice(sequence * s.length, s.length);
  tile_source<T> const from{rows.row(first) + s.q(h),
                            rows.data + s.k(h),
                            rows.data + s.v(h),
                            rows.stride,
                            rows.stride,
                            int(s.head_width),
                            wide,
                            scale};
  auto const r = first + threadIdx.x / tile_half;
  key_range const sees[2] = {keys_of(s, sequence, r), keys_of(s, sequence, r + tile_half)};
  attend<D>(out.row(sequence * s.length + first) + s.q(h), out.stride, log_sums + (sequence * s.heads + h) * s.length + first,
            from, queries, sees, {s.start(sequence, first), first + queries});
}

/// deltas (sequences, heads, length) = rowsum(dout * out), one warp for each.
template <class T>
__global__ void attention_deltas(float* deltas, matrix_view<T const> out, matrix_view<T const> dout, attention_shape s) {
  auto const at = warp_of_grid();
  if (at >= s.rows() * s.heads) return;
  auto const row = at / s.heads, h = at % s.heads;
  float sum = 0;
  for (std::int64_t e = lane_of_warp(); e < s.head_width; e += 32)
    sum += float(dout.row(row)[s.q(h) + e]) * float(out.row(row)[s.q(h) + e]);
  sum = sum_of_lanes(sum);
  if (lane_of_warp() == 0) deltas[(row / s.length * s.heads + h) * s.length + row % s.length] = sum;
}

/// dQ = scale dS K, with dS = P * (dO V' - delta).
template <int D, class T>
__global__ void __launch_bounds__(256)
    attention_query_gradient(matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> dout, float const* log_sums,
                             float const* deltas, attention_shape s, float scale, bool wide) {
  auto const [tile, h, sequence] = place_in_attention((s.length + tile_rows - 1) / tile_rows, s.heads, true);
  auto const first = tile * tile_rows, left = s.length - first, queries = left < tile_rows ? left : tile_rows;
  auto const rows = qkv.slice(sequence * s.length, s.length), up = dout.slice(sequence * s.length, s.length);
  float *const q = shared_floats(), *const dq = q + tile_floats<D>, *const k = dq + tile_floats<D>,
               *const v = k + tile_floats<D>, *const weights = v + tile_floats<D>;
  int const width = int(s.head_width), r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
  key_range const sees[2] = {keys_of(s, sequence, first + r), keys_of(s, sequence, first + r + tile_half)};
  auto const kept = (sequence * s.heads + h) * s.length + first;
  float log_sum[2] = {}, delta[2] = {};
  for (int x = 0; x < 2; ++x)
    if (r + tile_half * x < queries) {
      log_sum[x] = log_sums[kept + r + tile_half * x];
      delta[x] = deltas[kept + r + tile_half * x];
    }
  load_tile<D>(q, rows.row(first) + s.q(h), rows.stride, queries, width, wide);
  load_tile<D>(dq, up.row(first) + s.q(h), up.stride, queries, width, wide);
  tile_sums<D> sums;
  for (auto key = s.start(sequence, first) / tile_rows * tile_rows; key < first + queries; key += tile_rows) {
    __syncthreads();
    load_tile<D>(k, rows.row(key) + s.k(h), rows.stride, s.length - key, width, wide);
    load_tile<D>(v, rows.row(key) + s.v(h), rows.stride, s.length - key, width, wide);
    __syncthreads();
    float p[2][2], dp[2][2];
    dot_rows<D>(p, q, k);
    dot_rows<D>(dp, dq, v);
    for (int x = 0; x < 2; ++x)
      for (int y = 0; y < 2; ++y)
        p[x][y] =
            sees[x].has(key + c + tile_half * y) ? expf(p[x][y] * scale - log_sum[x]) * (dp[x][y] - delta[x]) * scale : 0.0f;
    share(weights, p);
    __syncthreads();
    sums.add(weights, k);
  }
  sums.write(dqkv.row(sequence * s.length + first) + s.q(h), dqkv.stride, queries, width);
}

/// dV = P' dO and dK = scale dS' Q: query heads of a group, and tiles of queries, are added in order.
template <int D, class T>
__global__ void __launch_bounds__(256)
    attention_key_gradient(matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> dout, float const* log_sums,
                           float const* deltas, attention_shape s, float scale, bool wide) {
  auto const [tile, head, sequence] = place_in_attention((s.length + tile_rows - 1) / tile_rows, s.kv_heads, false);
  auto const first = tile * tile_rows, left = s.length - first, keys = left < tile_rows ? left : tile_rows;
  auto const rows = qkv.slice(sequence * s.length, s.length), up = dout.slice(sequence * s.length, s.length);
  float *const k = shared_floats(), *const v = k + tile_floats<D>, *const q = v + tile_floats<D>,
               *const dq = q + tile_floats<D>, *const weights = dq + tile_floats<D>, *const scores = weights + tile_weights;
  int const width = int(s.head_width), r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
  auto const some_head = head * s.group();
  load_tile<D>(k, rows.row(first) + s.k(some_head), rows.stride, keys, width, wide);
  load_tile<D>(v, rows.row(first) + s.v(some_head), rows.stride, keys, width, wide);
  tile_sums<D> dk, dv;
  for (auto h = some_head; h < some_head + s.group(); ++h) {
    auto const kept = (sequence * s.heads + h) * s.length;
    for (auto query = first; query < s.length && s.start(sequence, query) < first + keys; query += tile_rows) {
      __syncthreads();
      load_tile<D>(q, rows.row(query) + s.q(h), rows.stride, s.length - query, width, wide);
      load_tile<D>(dq, up.row(query) + s.q(h), up.stride, s.length - query, width, wide);
      __syncthreads();
      float p[2][2], dp[2][2];
      dot_rows<D>(p, k, q);
      dot_rows<D>(dp, v, dq);
      for (int y = 0; y < 2; ++y) {
        auto const i = query + c + tile_half * y;
        auto const sees = keys_of(s, sequence, i);
        float const log_sum = i < s.length ? log_sums[kept + i] : 0.0f, delta = i < s.length ? deltas[kept + i] : 0.0f;
        for (int x = 0; x < 2; ++x) {
          p[x][y] = sees.has(first + r + tile_half * x) ? expf(p[x][y] * scale - log_sum) : 0.0f;
          dp[x][y] = p[x][y] * (dp[x][y] - delta) * scale;
        }
      }
      share(weights, p);
      share(scores, dp);
      __syncthreads();
      dv.add(weights, dq);
      dk.add(scores, q);
    }
  }
  auto* const to = dqkv.row(sequence * s.length + first);
  dk.write(to + s.k(some_head), dqkv.stride, keys, width);
  dv.write(to + s.v(some_head), dqkv.stride, keys, width);
}

template <int D, class T>
void attention_of_class(device& d, matrix_view<T> out, float* log_sums, matrix_view<T const> qkv, attention_shape const& s,
                        bool wide) {
  launch_plan const plan{s.sequences * s.heads * pieces_of(s.length, tile_rows), block_threads, tile_bytes<D>(2, 1)};
  launch(d, "attention", plan, &attention_forward<D, T>, out, log_sums, qkv, s, s.scale(), wide);
}

template <int D, class T>
void attention_backward_of_class(device& d, matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> dout,
                                 float const* log_sums, float const* deltas, attention_shape const& s, bool wide) {
  auto const tiles = s.sequences * pieces_of(s.length, tile_rows);
  launch(d, "attention_backward", {tiles * s.heads, block_threads, tile_bytes<D>(4, 1)}, &attention_query_gradient<D, T>, dqkv,
         qkv, dout, log_sums, deltas, s, s.scale(), wide);
  launch(d, "attention_backward", {tiles * s.kv_heads, block_threads, tile_bytes<D>(4, 2)}, &attention_key_gradient<D, T>, dqkv,
         qkv, dout, log_sums, deltas, s, s.scale(), wide);
}

}  // namespace detail

template <class T>
void attention(device& d, matrix_view<T> out, float* log_sums, matrix_view<T const> qkv, attention_shape s) {
  require(s.head_width <= widest_head, "attention: heads no wider than kernels have room for");
#ifdef SNOWCODER_CUDNN
  if constexpr (std::is_same_v<T, bfloat16>)
    if (!cudnn_declines(s, d.architecture())) return cudnn_attention(d, out, log_sums, qkv, s);
#endif
  bool const wide = detail::aligned<detail::widest<T>>(qkv.data, s.head_width, qkv.stride);
  auto const narrow = detail::head_class(s.head_width);
  if (narrow == 32) return detail::attention_of_class<32>(d, out, log_sums, qkv, s, wide);
  if (narrow == 64) return detail::attention_of_class<64>(d, out, log_sums, qkv, s, wide);
  detail::attention_of_class<128>(d, out, log_sums, qkv, s, wide);
}

template <class T>
void attention_backward(device& d, matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> out,
                        float const* log_sums, matrix_view<T const> dout, attention_shape s) {
  require(s.head_width <= widest_head, "attention_backward: heads no wider than kernels have room for");
#ifdef SNOWCODER_CUDNN
  if constexpr (std::is_same_v<T, bfloat16>)
    if (!cudnn_declines(s, d.architecture())) return cudnn_attention_backward(d, dqkv, qkv, out, log_sums, dout, s);
#endif
  auto* const deltas = d.scratch<float>(0, s.rows() * s.heads);
  launch(d, "attention_backward", warp_each(s.rows() * s.heads), &detail::attention_deltas<T>, deltas, out, dout, s);
  bool const wide = detail::aligned<detail::widest<T>>(qkv.data, s.head_width, qkv.stride) &&
                    detail::aligned<detail::widest<T>>(dout.data, s.head_width, dout.stride);
  auto const narrow = detail::head_class(s.head_width);
  if (narrow == 32) return detail::attention_backward_of_class<32>(d, dqkv, qkv, dout, log_sums, deltas, s, wide);
  if (narrow == 64) return detail::attention_backward_of_class<64>(d, dqkv, qkv, dout, log_sums, deltas, s, wide);
  detail::attention_backward_of_class<128>(d, dqkv, qkv, dout, log_sums, deltas, s, wide);
}

}  // namespace snowcoder::cuda

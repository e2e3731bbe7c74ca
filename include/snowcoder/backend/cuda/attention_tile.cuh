// SPDX-License-Identifier: Apache-2.0
// What attention kernels are made of: tiles of 32 rows in shared memory, as floats whatever the elements are, and the two
// products over them. 256 threads: thread (r, c) of 16 x 16 computes rows r, r + 16 and columns c, c + 16 of a 32 x 32 product;
// of a product with D columns it has rows r, r + 16 and every 16th group of four columns from the c-th on.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/reduce.cuh>

#include <cstdint>

namespace snowcoder::cuda::detail {

inline constexpr int tile_rows = 32, tile_half = 16, tile_weights = 32 * 33;

/// Floats from row to row: four more than the width, so that rows start in different banks.
template <int D>
inline constexpr int tile_stride = D + 4;
template <int D>
inline constexpr int tile_floats = tile_rows* tile_stride<D>;
/// Groups of four columns that a thread has of each of its rows.
template <int D>
inline constexpr int tile_groups = (D / 4 + 15) / 16;

/// Bytes of `tiles` tiles of D columns and `weights` of 32 x 32.
template <int D>
constexpr std::int64_t tile_bytes(int tiles, int weights) {
  return 4 * (std::int64_t(tiles) * tile_floats<D> + std::int64_t(weights) * tile_weights);
}

/// The narrowest of the widths that kernels are compiled for.
constexpr int head_class(std::int64_t head_width) { return head_width <= 32 ? 32 : head_width <= 64 ? 64 : 128; }

/// Rows of `width` elements; from row `count` and column `width` on, zeros.
template <int D, class T>
__device__ inline void load_tile(float* tile, T const* from, std::int64_t stride, std::int64_t count, int width, bool wide) {
  constexpr int n = widest<T>;
  if (wide) {
    for (int at = int(threadIdx.x) * n; at < tile_rows * D; at += block_threads * n) {
      int const i = at / D, e = at % D;
      pack<float, 4>* const to = reinterpret_cast<pack<float, 4>*>(tile + i * tile_stride<D> + e);
      pack<T, n> values = {};
      if (i < count && e < width) values = load<n>(from + i * stride + e);
      for (int g = 0; g < n / 4; ++g)
        to[g] = {float(values.at[4 * g]), float(values.at[4 * g + 1]), float(values.at[4 * g + 2]),
                 float(values.at[4 * g + 3])};
    }
  } else {
    for (int at = int(threadIdx.x); at < tile_rows * D; at += block_threads) {
      int const i = at / D, e = at % D;
      tile[i * tile_stride<D> + e] = i < count && e < width ? float(from[i * stride + e]) : 0.0f;
    }
  }
}

/// products[x][y] = row r + 16 x of a . row c + 16 y of b
template <int D>
__device__ inline void dot_rows(float (&products)[2][2], float const* a, float const* b) {
  int const r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
  for (auto& line : products) line[0] = line[1] = 0;
#pragma unroll 8
  for (int e = 0; e < D; e += 4) {
    pack<float, 4> left[2], right[2];
    for (int x = 0; x < 2; ++x) {
      left[x] = load<4>(a + (r + tile_half * x) * tile_stride<D> + e);
      right[x] = load<4>(b + (c + tile_half * x) * tile_stride<D> + e);
    }
    for (int x = 0; x < 2; ++x)
      for (int y = 0; y < 2; ++y)
        for (int i = 0; i < 4; ++i) products[x][y] += left[x].at[i] * right[y].at[i];
  }
}

/// Writes a thread's part of a 32 x 32 product for all to read.
__device__ inline void share(float* weights, float const (&products)[2][2]) {
  int const r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
  for (int x = 0; x < 2; ++x)
    for (int y = 0; y < 2; ++y) weights[(r + tile_half * x) * 33 + c + tile_half * y] = products[x][y];
}

/// A thread's part of a product with D columns.
template <int D>
struct tile_sums {
  float at[2][tile_groups<D>][4] = {};

  /// += weights (32 x 32) x b
  __device__ void add(float const* weights, float const* b) {
    int const r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
    for (int j = 0; j < tile_rows; ++j) {
      float const low = weights[r * 33 + j], high = weights[(r + tile_half) * 33 + j];
#pragma unroll
      for (int g = 0; g < tile_groups<D>; ++g) {
        int const column = (c + tile_half * g) * 4;
        if (column >= D) continue;
        auto const values = load<4>(b + j * tile_stride<D> + column);
        for (int i = 0; i < 4; ++i) {
          at[0][g][i] += low * values.at[i];
          at[1][g][i] += high * values.at[i];
        }
      }
    }
  }
  __device__ void scale(int x, float factor) {
    for (auto& group : at[x])
      for (auto& v : group) v *= factor;
  }
  /// The first `count` rows and `width` columns.
  template <class T>
  __device__ void write(T* to, std::int64_t stride, std::int64_t count, int width) const {
    int const r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
    for (int x = 0; x < 2; ++x)
      for (int g = 0; g < tile_groups<D>; ++g)
        for (int i = 0; i < 4; ++i) {
          int const row = r + tile_half * x, column = (c + tile_half * g) * 4 + i;
          if (row < count && column < width) to[row * stride + column] = nearest<T>(at[x][g][i]);
        }
  }
};

/// Rows [first, end) of the keys.
struct key_range {
  std::int64_t first = 0, end = 0;
  __device__ bool has(std::int64_t key) const { return key >= first && key < end; }
};

/// Where a block finds its queries, keys and values.
template <class T>
struct tile_source {
  T const *q, *k, *v;
  std::int64_t q_stride, kv_stride;
  int width;  ///< of a head
  bool wide;  ///< rows may be read 16 bytes at a time
  float scale;
};

/// out = softmax(scale q k') v for one tile of `queries` queries. `sees`: the keys of this thread's two rows; `all`: those of
/// any row of the tile. log_sums may be null. Shared memory: two tiles and one set of weights.
template <int D, class T>
__device__ void attend(T* out, std::int64_t out_stride, float* log_sums, tile_source<T> const& from, std::int64_t queries,
                       key_range const (&sees)[2], key_range all) {
  float* const q = shared_floats();
  float* const kv = q + tile_floats<D>;
  float* const weights = kv + tile_floats<D>;
  int const r = int(threadIdx.x) / tile_half, c = int(threadIdx.x) % tile_half;
  float most[2] = {-3e38f, -3e38f}, sum[2] = {0, 0};
  tile_sums<D> sums;
  load_tile<D>(q, from.q, from.q_stride, queries, from.width, from.wide);
  for (auto first = all.first / tile_rows * tile_rows; first < all.end; first += tile_rows) {
    __syncthreads();
    load_tile<D>(kv, from.k + first * from.kv_stride, from.kv_stride, all.end - first, from.width, from.wide);
    __syncthreads();
    float p[2][2];
    dot_rows<D>(p, q, kv);
    for (int x = 0; x < 2; ++x) {
      float largest = most[x];
      for (int y = 0; y < 2; ++y)
        if (sees[x].has(first + c + tile_half * y)) largest = fmaxf(largest, p[x][y] * from.scale);
      largest = largest_of_lanes<tile_half>(largest);
      float here = 0;
      for (int y = 0; y < 2; ++y) {
        p[x][y] = sees[x].has(first + c + tile_half * y) ? expf(p[x][y] * from.scale - largest) : 0.0f;
        here += p[x][y];
      }
      float const faded = expf(most[x] - largest);
      sum[x] = sum[x] * faded + sum_of_lanes<tile_half>(here);
      most[x] = largest;
      sums.scale(x, faded);
    }
    share(weights, p);
    __syncthreads();
    load_tile<D>(kv, from.v + first * from.kv_stride, from.kv_stride, all.end - first, from.width, from.wide);
    __syncthreads();
    sums.add(weights, kv);
  }
  for (int x = 0; x < 2; ++x) {
    sums.scale(x, sum[x] > 0 ? 1.0f / sum[x] : 0.0f);
    if (log_sums && c == 0 && r + tile_half * x < queries) log_sums[r + tile_half * x] = most[x] + logf(sum[x]);
  }
  sums.write(out, out_stride, queries, from.width);
}

}  // namespace snowcoder::cuda::detail

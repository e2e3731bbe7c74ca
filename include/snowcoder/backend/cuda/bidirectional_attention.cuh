// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of bidirectional_attention.hpp. Where the kernels are built with cuDNN (SNOWCODER_CUDNN), it does what it
// serves; where one row of each section asks, as behind the last layer of a pooling by first tokens, the kernel of a cache
// does.
#pragma once

#include <snowcoder/backend/cached_span.hpp>
#include <snowcoder/backend/cuda/attention_cached.cuh>
#include <snowcoder/backend/cuda/attention_tile.cuh>
#include <snowcoder/backend/cuda/bidirectional_attention.hpp>
#include <snowcoder/backend/cuda/cudnn_section_attention.hpp>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/core/contract.hpp>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

namespace snowcoder::cuda {

/// A tile of queries of one section, and the section's rows.
struct section_tile {
  std::int64_t query, queries, first, end;
};

/// The tiles of all sections, in order: work for as many blocks a head.
inline std::vector<section_tile> tiles_of_sections(std::int64_t const* query_offsets, std::int64_t const* offsets,
                                                   std::int64_t sections) {
  std::vector<section_tile> tiles;
  for (std::int64_t s = 0; s < sections; ++s)
    for (auto q = query_offsets[s]; q < query_offsets[s + 1]; q += detail::tile_rows) {
      auto const left = query_offsets[s + 1] - q;
      tiles.push_back({q, left < detail::tile_rows ? left : detail::tile_rows, offsets[s], offsets[s + 1]});
    }
  return tiles;
}

namespace detail {

template <int D, class T>
__global__ void __launch_bounds__(256)
    attend_to_section(matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv, section_tile const* tiles,
                      std::int64_t heads, float scale, bool wide) {
  auto const tile = tiles[std::int64_t(blockIdx.x) / heads];
  auto const width = q.columns / heads, at = std::int64_t(blockIdx.x) % heads * width;
  auto const rows = kv.slice(tile.first, tile.end - tile.first);
  tile_source<T> const from{
      q.row(tile.query) + at, rows.data + at, rows.data + q.columns + at, q.stride, kv.stride, int(width), wide, scale};
  key_range const all{0, rows.rows}, sees[2] = {all, all};
  attend<D>(out.row(tile.query) + at, out.stride, static_cast<float*>(nullptr), from, tile.queries, sees, all);
}

/// Whether each section has one query.
inline bool one_asks(std::int64_t const* query_offsets, std::int64_t sections) {
  for (std::int64_t s = 0; s < sections; ++s)
    if (query_offsets[s + 1] != query_offsets[s] + 1) return false;
  return sections > 0;
}

/// Query s asks all rows of section s.
template <class T>
void attend_from_one(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv,
                     std::int64_t const* offsets, std::int64_t sections, std::int64_t heads) {
  std::vector<cached_span> spans;
  for (std::int64_t s = 0; s < sections; ++s) spans.push_back({offsets[s], offsets[s + 1] - offsets[s]});
  auto* const on_device = d.scratch<cached_span>(0, sections);
  upload(d, on_device, spans.data(), sections);
  attention_shape const shape{1, sections, heads, heads, q.columns / heads};
  launch(d, "bidirectional_attention", block_each(sections * heads), cache_kernel<T>(shape.head_width), out, q,
         kv.part(0, q.columns), kv.part(q.columns, q.columns), on_device, shape, shape.scale());
}

}  // namespace detail

template <class T>
void bidirectional_attention(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv,
                             std::int64_t const* query_offsets, std::int64_t const* offsets, std::int64_t sections,
                             std::int64_t heads, arithmetic) {
  auto const width = q.columns / heads;
  require(width <= widest_head && width * heads == q.columns && kv.columns == 2 * q.columns,
          "bidirectional_attention: whole heads, no wider than kernels have room for");
  if (detail::one_asks(query_offsets, sections)) return detail::attend_from_one(d, out, q, kv, offsets, sections, heads);
#ifdef SNOWCODER_CUDNN
  if constexpr (!std::is_same_v<T, float>)
    if (out.data != q.data && std::equal(offsets, offsets + sections + 1, query_offsets) &&
        cudnn_section_attention(d, out, q, kv, offsets, sections, heads))
      return;
#endif
  auto const tiles = tiles_of_sections(query_offsets, offsets, sections);
  if (tiles.empty()) return;
  auto* const on_device = d.scratch<section_tile>(0, std::int64_t(tiles.size()));
  upload(d, on_device, tiles.data(), std::int64_t(tiles.size()));
  constexpr int n = detail::widest<T>;
  bool const wide = detail::aligned<n>(q.data, width, q.stride) && detail::aligned<n>(kv.data, width, kv.stride);
  auto const narrow = detail::head_class(width);
  auto const kernel = narrow == 32   ? &detail::attend_to_section<32, T>
                      : narrow == 64 ? &detail::attend_to_section<64, T>
                                     : &detail::attend_to_section<128, T>;
  auto const bytes = narrow == 32   ? detail::tile_bytes<32>(2, 1)
                     : narrow == 64 ? detail::tile_bytes<64>(2, 1)
                                    : detail::tile_bytes<128>(2, 1);
  launch(d, "bidirectional_attention", {std::int64_t(tiles.size()) * heads, block_threads, bytes}, kernel, out, q, kv,
         on_device, heads, 1.0f / std::sqrt(float(width)), wide);
}

}  // namespace snowcoder::cuda

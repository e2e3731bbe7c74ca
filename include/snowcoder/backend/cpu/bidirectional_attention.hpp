// SPDX-License-Identifier: Apache-2.0
// Attention without a mask over sections of different lengths that lie back to back, nothing padded: for each section,
// head and block of queries, scores as one product, a softmax per row in float, and a second product with the values.
// twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/cpu/attention.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/matmul.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder::cpu {

namespace detail {
/// Lengths are rounded up to this in scratch memory, with zeros behind, so that the products have few shapes to compile.
inline constexpr std::int64_t ragged_step = 32;

/// The head's columns of some rows, packed, with zero rows up to `rounded`.
template <class T>
matrix_view<T const> packed_head(T* room, matrix_view<T const> rows, std::int64_t rounded) {
  for (std::int64_t i = 0; i < rows.rows; ++i) std::copy_n(rows.row(i), rows.columns, room + i * rows.columns);
  std::fill_n(room + rows.rows * rows.columns, (rounded - rows.rows) * rows.columns, T(0.0f));
  return {room, rounded, rows.columns};
}
}  // namespace detail

/// out (rows, width) from packed qkv (rows, 3 width). Section s has the rows [offsets[s], offsets[s + 1]); `offsets` has
/// sections + 1 entries. A section's result depends on its own rows only. out and qkv must not overlap.
template <class T>
void bidirectional_attention(device& d, matrix_view<T> out, matrix_view<T const> qkv, std::int64_t const* offsets,
                             std::int64_t sections, std::int64_t heads) {
  constexpr auto block = detail::attention_block, step = detail::ragged_step;
  auto const width = qkv.columns / 3, head_width = width / heads;
  float const scale = 1.0f / std::sqrt(float(head_width));
  d.for_each(sections * heads, [&](std::int64_t task) {
    auto const section = task / heads, h = task % heads;
    auto const length = offsets[section + 1] - offsets[section], keys = (length + step - 1) / step * step;
    auto const rows = qkv.slice(offsets[section], length);
    auto const k = detail::packed_head(scratch<T, 5>(keys * head_width), rows.part(width + h * head_width, head_width), keys);
    auto const v =
        detail::packed_head(scratch<T, 6>(keys * head_width), rows.part(2 * width + h * head_width, head_width), keys);
    float* const s = scratch<float, 0>(block * keys);
    T* const p = detail::as_elements<T, 0>(s, block * keys);
    float* const sums = scratch<float, 7>(block * head_width);
    for (std::int64_t first = 0; first < length; first += block) {
      auto const count = std::min(block, length - first), queries = (count + step - 1) / step * step;
      auto const q = detail::packed_head(scratch<T, 8>(block * head_width),
                                         rows.slice(first, count).part(h * head_width, head_width), queries);
      tile_product(d, matrix_view<float>(s, queries, keys), operand(q), transposed(k));
      for (std::int64_t i = 0; i < queries; ++i) detail::softmax_row(p + i * keys, s + i * keys, length, keys, scale);
      tile_product(d, matrix_view<float>(sums, queries, head_width), operand(matrix_view<T const>(p, queries, keys)),
                   operand(v));
      for (std::int64_t i = 0; i < count; ++i) {
        T* const to = out.row(offsets[section] + first + i) + h * head_width;
        for (std::int64_t e = 0; e < head_width; ++e) to[e] = T(sums[i * head_width + e]);
      }
    }
  });
}

}  // namespace snowcoder::cpu

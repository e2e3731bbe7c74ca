// SPDX-License-Identifier: Apache-2.0
// Rows of floats as pairs of bfloat16, for products that take two elements of k at a time (panel_product.hpp: pair_words).
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <cstring>

namespace snowcoder::cpu {

/// `lanes` floats as bfloat16 (bfloat16::rounded), one after the other. Written as bytes, so that words may be read there.
__attribute__((always_inline)) inline void store_rounded(bfloat16* to, float_lanes v) {
  using shorts = std::uint16_t __attribute__((vector_size(2 * lanes)));
  using words = std::uint32_t __attribute__((vector_size(4 * lanes)));
  auto const bits = words(v), upper = bits >> 16;
  auto const kept = v == v ? (bits + 0x7fff + (upper & 1)) >> 16 : upper | 0x40;
  auto const rounded = __builtin_convertvector(kept, shorts);
  std::memcpy(static_cast<void*>(to), &rounded, sizeof rounded);
}

/// The first `count` elements of a row times `scale`, zeros behind them up to `room` elements.
inline void round_row(bfloat16* to, float const* from, std::int64_t count, std::int64_t room, float scale = 1) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store_rounded(to + i, load_lanes<float_lanes>(from + i) * scale);
  for (; i < room; ++i) {
    bfloat16 const one(i < count ? from[i] * scale : 0.0f);
    std::memcpy(static_cast<void*>(to + i), &one, sizeof one);
  }
}

namespace detail {

/// Rows of x rounded to bfloat16 and zeros behind each, `columns` elements apart; as many rows as x has.
inline void round_rows(device& d, bfloat16* out, matrix_view<float const> x, std::int64_t columns) {
  d.for_each_row(x.rows, 32, [&](std::int64_t i) { round_row(out + i * columns, x.row(i), x.columns, columns); });
}

}  // namespace detail

}  // namespace snowcoder::cpu

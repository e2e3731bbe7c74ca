// SPDX-License-Identifier: Apache-2.0
// Rows of the embedding table by token id, and the gradient of the table.   twin: backend/cpu/reference/embed.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

/// out(i) = table(ids[i]). Requires ids in [0, table.rows).
template <class T>
void embed(device& d, matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids) {
  d.for_each_row(out.rows, 256, [&](std::int64_t i) { std::copy_n(table.row(ids[i]), out.columns, out.row(i)); });
}

/// dtable(ids[i]) += dout(i), rows in order. A piece is a strip of columns, so no two threads meet in one element.
template <class T>
void embed_backward(device& d, matrix_view<float> dtable, matrix_view<T const> dout, std::int32_t const* ids) {
  constexpr std::int64_t strip = 32;
  d.for_each((dout.columns + strip - 1) / strip, [&](std::int64_t p) {
    auto const first = p * strip, count = std::min(strip, dout.columns - first);
    for (std::int64_t i = 0; i < dout.rows; ++i) {
      float* to = dtable.row(ids[i]) + first;
      T const* from = dout.row(i) + first;
#pragma omp simd
      for (std::int64_t j = 0; j < count; ++j) to[j] += float(from[j]);
    }
  });
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/rope.hpp.
#pragma once

#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void rope(matrix_view<T> x, std::int64_t heads, std::int64_t head_width, rope_positions where, rope_direction way) {
  auto const half = head_width / 2;
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t h = 0; h < heads; ++h)
      for (std::int64_t j = 0; j < half; ++j) {
        auto const p = where.start + i % where.length;
        float const c = where.table[p * half + j];
        float const s = where.table[(where.positions + p) * half + j] * (way == rope_direction::forward ? 1.0f : -1.0f);
        T &a = x.row(i)[h * head_width + j], &b = x.row(i)[h * head_width + half + j];
        float const a0 = float(a), b0 = float(b);
        a = T(a0 * c - b0 * s);
        b = T(b0 * c + a0 * s);
      }
}

}  // namespace snowcoder::cpu::reference

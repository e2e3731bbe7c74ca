// SPDX-License-Identifier: Apache-2.0
// Rotary embedding in place, rotate-half: element j of a head turns with element j + head_width / 2.
// twin: backend/cpu/reference/rope.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu {

/// Turns the first `heads` heads of every row of x.
template <class T>
void rope(device& d, matrix_view<T> x, std::int64_t heads, std::int64_t head_width, rope_positions where, rope_direction way) {
  auto const half = head_width / 2;
  float const sign = way == rope_direction::forward ? 1.0f : -1.0f;
  d.for_each_row(x.rows, 64, [&](std::int64_t i) {
    auto const position = where.start + i % where.length;
    float const *cosine = where.table + position * half, *sine = where.table + (where.positions + position) * half;
    for (std::int64_t h = 0; h < heads; ++h) {
      T *a = x.row(i) + h * head_width, *b = a + half;
#pragma omp simd
      for (std::int64_t j = 0; j < half; ++j) {
        float const a0 = float(a[j]), b0 = float(b[j]), s = sine[j] * sign;
        store(a[j], a0 * cosine[j] - b0 * s);
        store(b[j], b0 * cosine[j] + a0 * s);
      }
    }
  });
}

}  // namespace snowcoder::cpu

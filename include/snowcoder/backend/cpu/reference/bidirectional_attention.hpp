// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/bidirectional_attention.hpp, in double.
#pragma once

#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void bidirectional_attention(matrix_view<T> out, matrix_view<T const> qkv, std::int64_t const* offsets, std::int64_t sections,
                             std::int64_t heads) {
  auto const width = qkv.columns / 3, head_width = width / heads;
  float const scale = 1.0f / std::sqrt(float(head_width));
  for (std::int64_t s = 0; s < sections; ++s)
    for (std::int64_t h = 0; h < heads; ++h) {
      auto const rows = qkv.slice(offsets[s], offsets[s + 1] - offsets[s]);
      auto const q = rows.part(h * head_width, head_width), k = rows.part(width + h * head_width, head_width),
                 v = rows.part(2 * width + h * head_width, head_width);
      for (std::int64_t i = 0; i < rows.rows; ++i) {
        auto const p = attention_weights(q.row(i), k, rows.rows, scale);
        for (std::int64_t e = 0; e < head_width; ++e) {
          double sum = 0;
          for (std::int64_t j = 0; j < rows.rows; ++j) sum += p[std::size_t(j)] * double(float(v.row(j)[e]));
          out.row(offsets[s] + i)[h * head_width + e] = T(float(sum));
        }
      }
    }
}

}  // namespace snowcoder::cpu::reference

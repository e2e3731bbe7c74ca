// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/bidirectional_attention.hpp, in double.
#pragma once

#include <snowcoder/backend/cpu/reference/attention.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

inline void bidirectional_attention(matrix_view<float> out, matrix_view<float const> q, matrix_view<float const> kv,
                                    std::int64_t const* query_offsets, std::int64_t const* offsets, std::int64_t sections,
                                    std::int64_t heads) {
  auto const width = q.columns, head_width = width / heads;
  float const scale = 1.0f / std::sqrt(float(head_width));
  for (std::int64_t s = 0; s < sections; ++s)
    for (std::int64_t h = 0; h < heads; ++h) {
      auto const rows = kv.slice(offsets[s], offsets[s + 1] - offsets[s]);
      auto const k = rows.part(h * head_width, head_width), v = rows.part(width + h * head_width, head_width);
      for (auto i = query_offsets[s]; i < query_offsets[s + 1]; ++i) {
        auto const p = attention_weights(q.row(i) + h * head_width, k, rows.rows, scale);
        for (std::int64_t e = 0; e < head_width; ++e) {
          double sum = 0;
          for (std::int64_t j = 0; j < rows.rows; ++j) sum += p[std::size_t(j)] * double(v.row(j)[e]);
          out.row(i)[h * head_width + e] = float(sum);
        }
      }
    }
}

}  // namespace snowcoder::cpu::reference

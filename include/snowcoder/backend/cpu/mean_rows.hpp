// SPDX-License-Identifier: Apache-2.0
// The mean of each section's rows: mean pooling.   twin: backend/cpu/reference/mean_rows.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::cpu {

/// out(s) = mean of x's rows [offsets[s], offsets[s + 1]), added in row order. out (sections, columns) float.
template <class T>
void mean_rows(device& d, matrix_view<float> out, matrix_view<T const> x, std::int64_t const* offsets) {
  d.for_each(out.rows, [&](std::int64_t s) {
    float* const to = out.row(s);
    std::fill_n(to, out.columns, 0.0f);
    for (auto i = offsets[s]; i < offsets[s + 1]; ++i) {
      T const* from = x.row(i);
#pragma omp simd
      for (std::int64_t j = 0; j < out.columns; ++j) to[j] += float(from[j]);
    }
    for (std::int64_t j = 0; j < out.columns; ++j) to[j] /= float(offsets[s + 1] - offsets[s]);
  });
}

}  // namespace snowcoder::cpu

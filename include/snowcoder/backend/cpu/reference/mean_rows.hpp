// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/mean_rows.hpp, in double.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void mean_rows(matrix_view<float> out, matrix_view<T const> x, std::int64_t const* offsets) {
  for (std::int64_t s = 0; s < out.rows; ++s)
    for (std::int64_t j = 0; j < out.columns; ++j) {
      double sum = 0;
      for (auto i = offsets[s]; i < offsets[s + 1]; ++i) sum += double(float(x.row(i)[j]));
      out.row(s)[j] = float(sum / double(offsets[s + 1] - offsets[s]));
    }
}

}  // namespace snowcoder::cpu::reference

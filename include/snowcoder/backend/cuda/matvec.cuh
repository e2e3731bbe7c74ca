// SPDX-License-Identifier: Apache-2.0
// Kernel and launcher of matvec.hpp.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/matvec.hpp>
#include <snowcoder/backend/cuda/reduce.cuh>
#include <snowcoder/core/contract.hpp>

namespace snowcoder::cuda {

namespace detail {

inline constexpr int matvec_rows = 4;  // that share one reading of the weight

/// One warp per output.
template <class Y, class T, int N>
__global__ void matvec_warp_per_output(matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight) {
  auto const o = warp_of_grid();
  if (o >= weight.rows) return;
  for (std::int64_t first = 0; first < x.rows; first += matvec_rows) {
    float sums[matvec_rows] = {};
    for (auto j = std::int64_t(lane_of_warp()) * N; j < weight.columns; j += 32 * N) {
      auto const w = load<N>(weight.row(o) + j);
      for (int r = 0; r < matvec_rows; ++r) {
        if (first + r >= x.rows) break;
        auto const in = load<N>(x.row(first + r) + j);
        for (int i = 0; i < N; ++i) sums[r] = fmaf(float(in.at[i]), float(w.at[i]), sums[r]);  // fused for every row alike
      }
    }
    for (int r = 0; r < matvec_rows; ++r) {
      float const sum = sum_of_lanes(sums[r]);
      if (lane_of_warp() == 0 && first + r < x.rows) y.row(first + r)[o] = nearest<Y>(sum);
    }
  }
}

}  // namespace detail

template <class Y, class T>
void matvec(device& d, matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight) {
  require(y.rows == x.rows && y.columns == weight.rows && x.columns == weight.columns, "matvec: shapes agree");
  if (y.rows == 0) return;
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(x, weight);
  launch(d, "matvec", warp_each(weight.rows),
         wide ? &detail::matvec_warp_per_output<Y, T, n> : &detail::matvec_warp_per_output<Y, T, 1>, y, x, weight);
}

}  // namespace snowcoder::cuda

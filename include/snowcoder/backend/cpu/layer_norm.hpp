// SPDX-License-Identifier: Apache-2.0
// Layer normalisation of a sum, as it stands behind every half of a BERT block; mean, then the mean of squared differences.
// twin: backend/cpu/reference/layer_norm.hpp
#pragma once

#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {
struct row_sums;
}

/// y = norm(x + residual) * weight + bias, per row. x, residual, y (rows, columns), y may be either of them; weight, bias
/// (columns).
inline void layer_norm(device& d, matrix_view<float> y, matrix_view<float const> x, matrix_view<float const> residual,
                       float const* weight, float const* bias, float epsilon) {
  auto const columns = x.columns, whole = columns / lanes * lanes, rest = columns - whole;
  d.for_each_row(x.rows, 64, [&](std::int64_t i) {
    float* const sums = scratch<float, detail::row_sums>(columns + lanes);
    float const *const a = x.row(i), *const b = residual.row(i);
    float* const to = y.row(i);
    auto total = load_first(a + whole, rest) + load_first(b + whole, rest);
    store_lanes(sums + whole, total);
    for (std::int64_t j = 0; j < whole; j += lanes) {
      auto const v = load_lanes<float_lanes>(a + j) + load_lanes<float_lanes>(b + j);
      store_lanes(sums + j, v);
      total += v;
    }
    float const mean = sum_of(total) / float(columns);
    float_lanes squares{};
    for (std::int64_t j = 0; j < whole; j += lanes) {
      auto const v = load_lanes<float_lanes>(sums + j) - mean;
      squares += v * v;
    }
    float behind = 0;
    for (auto j = whole; j < columns; ++j) behind += (sums[j] - mean) * (sums[j] - mean);
    float const inverse = 1.0f / std::sqrt((sum_of(squares) + behind) / float(columns) + epsilon);
    for (std::int64_t j = 0; j < whole; j += lanes)
      store_lanes(to + j, (load_lanes<float_lanes>(sums + j) - mean) * inverse * load_lanes<float_lanes>(weight + j) +
                              load_lanes<float_lanes>(bias + j));
    for (auto j = whole; j < columns; ++j) to[j] = (sums[j] - mean) * inverse * weight[j] + bias[j];
  });
}

}  // namespace snowcoder::cpu

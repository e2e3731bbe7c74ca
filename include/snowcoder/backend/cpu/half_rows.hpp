// SPDX-License-Identifier: Apache-2.0
// Floats as halves times a power of two, chosen so that what they are multiplied with cannot leave the range of halves.
#pragma once

#include <snowcoder/backend/cpu/half_lanes.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace snowcoder::cpu {

/// The power of two that brings `largest` (finite, >= 0) into [limit / 2, limit), limit being one too; for 0, any.
inline float scale_into(float largest, float limit) {
  auto const exponent = [](float x) { return std::int32_t(std::bit_cast<std::uint32_t>(x) >> 23); };
  auto const wanted = 127 + exponent(limit) - 1 - std::max(exponent(largest), 1);
  return std::bit_cast<float>(std::uint32_t(std::clamp(wanted, 1, 253)) << 23);
}

/// The largest magnitude of an element of m.
inline float largest_magnitude(matrix_view<float const> m) {
  float_lanes most{};
  auto const whole = m.columns / lanes * lanes;
  for (std::int64_t r = 0; r < m.rows; ++r) {
    float const* const x = m.row(r);
    for (std::int64_t i = 0; i < whole; i += lanes) {
      auto const v = load_lanes<float_lanes>(x + i);
      most = larger_of(most, larger_of(v, -v));
    }
    auto const rest = load_first(x + whole, m.columns - whole);
    most = larger_of(most, larger_of(rest, -rest));
  }
  return std::abs(largest_of(most));  // zeros may have come out as -0, which scale_into would take for large
}

#if defined(__AVX512FP16__) && !defined(__CUDACC__)
/// out = x * scale as halves, and zeros behind them up to `columns`.
inline void store_scaled(half* out, float const* x, std::int64_t count, std::int64_t columns, float scale) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store_halves(out + i, load_lanes<float_lanes>(x + i) * scale);
  for (; i < count; ++i) out[i] = half_of(x[i] * scale);
  std::fill(out + i, out + columns, half{0});
}
#endif

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// Floats as bytes: weights symmetric around 0, rows of activations between their own smallest and largest element (what
// GELU gives is far from symmetric).   twin: backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace snowcoder::cpu {

/// x = step (byte - zero)
struct row_quantisation {
  float step = 1;
  std::int32_t zero = 0;
};

/// Fills `bytes` from as many weights; returns the step, 0 when all are 0.
inline float quantise_weight(std::span<std::int8_t> bytes, float const* weights) {
  float most = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) most = std::max(most, std::abs(weights[i]));
  float const each = most > 0 ? 127.0f / most : 0.0f;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::int8_t(std::lrint(weights[i] * each));
  return most / 127.0f;
}

/// bytes = x / step + zero, rounded, for `count` finite elements; 0 is always hit exactly.
inline row_quantisation quantise_row(std::uint8_t* bytes, float const* x, std::int64_t count) {
  float_lanes low{}, high{};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto const v = load_lanes<float_lanes>(x + i);
    low = smaller_of(low, v);
    high = larger_of(high, v);
  }
  auto const rest = load_first(x + i, count - i);
  float const least = -largest_of(-smaller_of(low, rest)), most = largest_of(larger_of(high, rest));
  row_quantisation how;
  how.step = std::max((most - least) / 255.0f, 1e-30f);
  float const each = 1.0f / how.step;
  how.zero = std::int32_t(std::lrint(-least * each));
  float const zero = float(how.zero);
#pragma omp simd
  for (std::int64_t j = 0; j < count; ++j) {
    float const at = x[j] * each + zero;  // >= -0.5 but for rounding
    bytes[j] = std::uint8_t(std::int32_t((at < 0.0f ? 0.0f : at > 255.0f ? 255.0f : at) + 0.5f));
  }
  return how;
}

}  // namespace snowcoder::cpu

// SPDX-License-Identifier: Apache-2.0
// Floats as integers. Bytes: weights symmetric around 0, rows of activations between their own smallest and largest element
// (what GELU gives is far from symmetric). 16 bits: both symmetric, by their length.   twin:
// backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/cpu/half_rows.hpp>
#include <snowcoder/backend/cpu/integer_products.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace snowcoder::cpu {

/// x = step (byte - zero)
struct row_quantisation {
  float step = 1;
  std::int32_t zero = 0;
};

/// The most that elements of one sign add up to, of those that meet where add_byte_products sums in 16 bits; 0 where it does
/// not. value(w) is what an element counts as.
inline float largest_short_sum(float const* weights, std::size_t count, auto const& value) {
  float most = 0;
  if constexpr (words_of_bytes > 1)
    for (std::size_t i = 0; i < count; i += 8)
      for (std::size_t side : {0, 2}) {
        float up = 0, down = 0;
        for (auto j : {i + side, i + side + 1, i + side + 4, i + side + 5})
          if (j < count) {
            float const v = value(weights[j]);
            (v > 0 ? up : down) += std::abs(v);
          }
        most = std::max({most, up, down});
      }
  return most;
}

/// Fills `bytes` from as many weights; returns the step, 0 when all are 0 or next to it. The largest magnitude gets 127 steps,
/// or as many as keep to most_short_sum.
inline float quantise_weight(std::span<std::int8_t> bytes, float const* weights) {
  float most = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) most = std::max(most, std::abs(weights[i]));
  // A sum of weights may leave the range of float where their 128th parts do not.
  auto step =
      std::max(most / 127.0f, largest_short_sum(weights, bytes.size(), [](float w) { return w / float(most_short_sum); }));
  if (step < std::numeric_limits<float>::min()) {  // too few bits to divide by
    std::fill(bytes.begin(), bytes.end(), std::int8_t(0));
    return 0;
  }
  auto const rounded = [&](float w) { return std::nearbyint(w / step); };
  // Four roundings up may add 2 to a sum: from 126 they do not lead beyond 128.
  if (largest_short_sum(weights, bytes.size(), rounded) > float(most_short_sum))
    step *= float(most_short_sum) / float(most_short_sum - 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::int8_t(rounded(weights[i]));
  return step;
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

/// shorts = x times a factor, rounded, and zeros behind them up to `columns`; returns what one of them stands for. x is finite.
/// None leaves -32767..32767, and the root of their sum of squares is at most 46340 < 2^15.5, so by Cauchy and Schwarz no sum
/// of products of two such rows, nor any part of it, leaves 32 bits.
inline float quantise_short(std::int16_t* shorts, float const* x, std::int64_t count, std::int64_t columns) {
  float const largest = largest_magnitude({x, 1, count});
  float const unit = scale_into(largest, 1.0f);  // so that squares neither overflow nor vanish
  float_lanes squares{};
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto const v = load_lanes<float_lanes>(x + i) * unit;
    squares = multiply_add(squares, v, v);
  }
  auto const rest = load_first(x + i, count - i) * unit;
  // Each rounding adds up to a half to an element, and so half the root of their number to the length; as much again is left
  // for the float sum's own error.
  float const length = std::sqrt(sum_of(multiply_add(squares, rest, rest))), room = 46340.0f - std::sqrt(float(count));
  // The floor is for zeros. `largest` times unit leaves [0.5, 1) at the end of float's range only.
  float const each = std::min(room / std::max(length, 0.5f), 32767.0f / std::max(largest * unit, 1.0f));
  constexpr float shift = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer that stands in the low bits
#pragma omp simd
  for (std::int64_t j = 0; j < count; ++j)
    shorts[j] = std::int16_t(__builtin_bit_cast(std::int32_t, x[j] * unit * each + shift));
  std::fill(shorts + count, shorts + columns, std::int16_t(0));
  return 1.0f / unit / each;
}

}  // namespace snowcoder::cpu

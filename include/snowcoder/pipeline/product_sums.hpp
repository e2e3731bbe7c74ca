// SPDX-License-Identifier: Apache-2.0
// How exact a device's long sums of products can be. What a float has no room for is rounded by processors, and cut by tensor
// cores: errors of roundings go both ways, so a sum's grows with the root of its length; what is cut is always missing, so it
// grows with the length itself. Which of them a device does is asked of the device.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/tolerance.hpp>
#include <snowcoder/pipeline/selftest_subject.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::pipeline {

enum class float_sums : bool { rounded, cut };

/// Adds three quarters of a float's last bit to 1, many times, as a weight's gradient (tile, tile) over `depth` rows adds up.
/// Rounded each time the sum is ahead of the exact one, cut each time it stays 1. Parts that are added afterwards do not hide
/// it: the one that has the 1 lags behind.
template <class T, class Backend>
float_sums sums_of_products(Backend& device, std::int64_t depth, std::int64_t tile) {
  constexpr std::int64_t apart = 64;        // more products than a tensor core adds at once
  constexpr double last = 1.0 / (1 << 23);  // of 1
  constexpr float some = 3.0f / (1 << 13), few = 1.0f / (1 << 12);
  static_assert(double(some) * double(few) == 0.75 * last);
  std::vector<T> left(std::size_t(depth * tile)), right(left.size());
  for (std::int64_t row = 0; row < depth; row += apart) {
    std::fill_n(left.begin() + row * tile, tile, T(row == 0 ? 1.0f : some));
    std::fill_n(right.begin() + row * tile, tile, T(row == 0 ? 1.0f : few));
  }
  subject<Backend, T> const a(device, std::move(left)), b(device, std::move(right));
  subject<Backend, float> sum(device, tile * tile);
  matmul(device, sum.on_device(tile), transposed(a.on_device(tile)), operand<T>(b.on_device(tile)),
         product_options{.accumulate = true});
  double const exact = 1 + 0.75 * last * double((depth - 1) / apart);
  return exact - double(sum.fetched().front()) > 2 * last ? float_sums::cut : float_sums::rounded;
}

/// How far a sum of `depth` products may lie from its twin: sums are longer at a recipe's widths than the table's
/// (backend/tolerance.hpp). In float their error grows with the root of their length where they are rounded. Sums that are cut
/// are held to the same: how much farther they may lie is not settled (benchmarks/results/h100.md). A narrow result has one
/// rounding, whatever the length.
template <class Sum>
double product_bound(std::int64_t depth) {
  if constexpr (!std::is_same_v<Sum, float>) return verb_tolerance<Sum>::matmul;
  return verb_tolerance<Sum>::matmul * std::max(1.0, std::sqrt(double(depth) / 1024));
}

}  // namespace snowcoder::pipeline

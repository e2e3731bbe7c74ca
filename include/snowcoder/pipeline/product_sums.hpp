// SPDX-License-Identifier: Apache-2.0
// How a device adds up products that a float has no room for: processors round, tensor cores cut, and each generation cuts in
// its own way (backend/cpu/reference/cut_sum.hpp). The device is asked, by sums whose results tell the ways apart.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cpu/reference/cut_sum.hpp>
#include <snowcoder/backend/tolerance.hpp>
#include <snowcoder/pipeline/selftest_subject.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

namespace snowcoder::pipeline {

namespace detail {

/// Asks with a product of a weight's gradient's shape, (tile, tile) over `depth` rows, so that what trains answers.
template <class T, class Backend>
class sums_asked {
  /// left times right, in a row of that depth; where there is none the product is 0.
  struct placed {
    std::int64_t row;
    double left, right;
  };
  static constexpr double last = 0x1p-23;  // of 1

 public:
  sums_asked(Backend& device, std::int64_t depth, std::int64_t tile) : device_(device), depth_(depth), tile_(tile) {}

  /// Three quarters of a float's last bit, added to 1 many times: rounded the sum is ahead of the exact one, cut it stays 1.
  /// Parts that are added afterwards do not hide it: the one that has the 1 lags behind.
  bool cuts() {
    constexpr std::int64_t apart = 64;  // more products than a tensor core adds at once
    std::vector<placed> all{{0, 1, 1}};
    for (std::int64_t row = apart; row < depth_; row += apart) all.push_back({row, 3 * 0x1p-13, 0x1p-12});
    return 1 + 0.75 * last * double(all.size() - 1) - sum_of(all) > 2 * last;
  }

  /// Beside 2, where a float's last bit is worth two of 1's, two of these count together and are lost one by one.
  int products() {
    int together = 1;
    for (int n = 4; n <= 64 && n <= depth_; n *= 2)
      if (sum_of({{0, 1, 1}, {1, 1, 1}, {2, 0x1p-11, 0x1p-12}, {n - 1, 0x1p-11, 0x1p-12}}) == 2 + 2 * last) together = n;
    return together;
  }

  /// 1 and its last bit, less something smaller: cut to 1 if that was seen.
  int extra() {
    int bits = 0;
    while (bits < 8 && sum_of({{0, 1, 1}, {1, 0x1p-11, 0x1p-12}, {2, -0x1p-12, std::ldexp(1.0, -12 - bits)}}) == 1) ++bits;
    return bits;
  }

 private:
  double sum_of(std::vector<placed> const& products) {
    std::vector<T> left(std::size_t(depth_ * tile_)), right(left.size());
    for (auto const& p : products) {
      std::fill_n(left.begin() + p.row * tile_, tile_, T(float(p.left)));
      std::fill_n(right.begin() + p.row * tile_, tile_, T(float(p.right)));
    }
    subject<Backend, T> const a(device_, std::move(left)), b(device_, std::move(right));
    subject<Backend, float> sum(device_, tile_ * tile_);
    matmul(device_, sum.on_device(tile_), transposed(a.on_device(tile_)), operand<T>(b.on_device(tile_)),
           product_options{.accumulate = true});
    return double(sum.fetched().front());
  }

  Backend& device_;
  std::int64_t depth_, tile_;
};

}  // namespace detail

/// How it cuts sums of T's products, nothing where they are rounded.
template <class T, class Backend>
std::optional<cpu::reference::cut_rule> cut_of_sums(Backend& device, std::int64_t depth, std::int64_t tile) {
  detail::sums_asked<T, Backend> asked(device, depth, tile);
  if (!asked.cuts()) return std::nullopt;
  return cpu::reference::cut_rule{.products = asked.products(), .extra = asked.extra()};
}

/// How far a sum of `depth` products may lie from its twin: sums are longer at a recipe's widths than the table's
/// (backend/tolerance.hpp), and in float an error of roundings grows with the root of their length. The twin of a sum that is
/// cut is cut as well, and held to the same bound. A narrow result has one rounding, whatever the length.
template <class Sum>
double product_bound(std::int64_t depth) {
  if constexpr (!std::is_same_v<Sum, float>) return verb_tolerance<Sum>::matmul;
  return verb_tolerance<Sum>::matmul * std::max(1.0, std::sqrt(double(depth) / 1024));
}

}  // namespace snowcoder::pipeline

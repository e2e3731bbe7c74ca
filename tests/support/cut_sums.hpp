// SPDX-License-Identifier: Apache-2.0
// Two ways to add up products of bfloat16 in a float: rounded after each product, and as tensor cores are supposed to do it,
// who cut. A model, not a promise of any GPU: benchmarks/cuda/product_error.cpp sets it beside what a real one gives.
#pragma once

#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

namespace snowcoder::tests {

/// A sum of products in float, each addition rounded to the nearest.
class rounded_sum {
 public:
  void add(bfloat16 a, bfloat16 b) { sum_ += float(a) * float(b); }  // the product is exact: no fused addition differs
  float value() const { return sum_; }

 private:
  float sum_ = 0;
};

/// A sum that takes 16 exact products at a time: they and the sum so far are aligned to the largest exponent among them, where
/// each loses what lies more than `extra` bits below a float's last; their exact sum is cut to a float. Everything is cut
/// towards zero, so the sum stays behind, by an amount that grows with the number of steps and not with the root of it.
class cut_sum {
 public:
  static constexpr int products = 16, extra = 2;

  /// At most `products` of them; fewer are a step as well.
  void add(std::span<double const> exact) {
    int largest = std::numeric_limits<int>::min();
    for (double p : exact)
      if (p != 0) largest = std::max(largest, std::ilogb(p));
    if (sum_ != 0) largest = std::max(largest, std::ilogb(sum_));
    if (largest == std::numeric_limits<int>::min()) return;
    double const unit = std::ldexp(1.0, largest - 23 - extra);
    double all = std::trunc(double(sum_) / unit);  // of whole numbers below 2^31: exact
    for (double p : exact) all += std::trunc(p / unit);
    sum_ = towards_zero(all * unit);
  }
  float value() const { return sum_; }

 private:
  static float towards_zero(double x) {
    float const nearest = float(x);
    return std::abs(double(nearest)) > std::abs(x) ? std::nextafter(nearest, 0.0f) : nearest;
  }
  float sum_ = 0;
};

/// How far sums lie from the exact ones, relative to the root mean square of these.
class distance_of_sums {
 public:
  void add(double sum, double exact) {
    double const apart = sum - exact;
    squares_ += apart * apart;
    largest_ = std::max(largest_, std::abs(apart));
    inwards_ += exact < 0 ? apart : -apart;
    exact_squares_ += exact * exact;
    ++count_;
  }
  double rms() const { return std::sqrt(squares_ / exact_squares_); }
  double largest() const { return largest_ / root(); }
  /// The mean of what sums lack of the exact ones, positive if they are nearer to zero.
  double inwards() const { return inwards_ / double(count_) / root(); }

 private:
  double root() const { return std::sqrt(exact_squares_ / double(count_)); }
  double squares_ = 0, exact_squares_ = 0, largest_ = 0, inwards_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace snowcoder::tests

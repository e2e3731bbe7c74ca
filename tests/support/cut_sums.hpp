// SPDX-License-Identifier: Apache-2.0
// Sums of bfloat16 products that are rounded, beside those that are cut (backend/cpu/reference/cut_sum.hpp), and how far either
// lies from the exact ones.
#pragma once

#include <snowcoder/backend/cpu/reference/cut_sum.hpp>
#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace snowcoder::tests {

using cpu::reference::cut_rule;
using cpu::reference::cut_sum;

/// A sum of products in float, each addition rounded to the nearest.
class rounded_sum {
 public:
  void add(bfloat16 a, bfloat16 b) { sum_ += float(a) * float(b); }  // the product is exact: no fused addition differs
  float value() const { return sum_; }

 private:
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

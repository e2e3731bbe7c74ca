// SPDX-License-Identifier: Apache-2.0
// Twin of a tensor core's sums of products, which are cut where a processor's are rounded. What is cut is always missing, so a
// sum stays behind by an amount that grows with its length, where an error of roundings grows with the root of it. How tensor
// cores add up was found from outside: Fasi and others, PeerJ Computer Science 7:e330; Khattak and Mikaitis, arXiv 2512.07004.
#pragma once

#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace snowcoder::cpu::reference {

/// `products` are added to the sum at a time. They and it are aligned to the largest exponent among them, where each loses what
/// lies more than `extra` bits below a float's last; their exact sum is cut to a float, and all cuts are towards zero.
struct cut_rule {
  int products = 16, extra = 2;  // an H100's, of bf16 (benchmarks/results/h100.md)
  friend bool operator==(cut_rule const&, cut_rule const&) = default;
};

class cut_sum {
 public:
  explicit cut_sum(cut_rule rule = {}) : extra_(rule.extra) {}

  /// The exact products of one step.
  void add(std::span<double const> exact) {
    int largest = std::numeric_limits<int>::min();
    for (double p : exact)
      if (p != 0) largest = std::max(largest, std::ilogb(p));
    if (sum_ != 0) largest = std::max(largest, std::ilogb(sum_));
    if (largest == std::numeric_limits<int>::min()) return;
    double const unit = std::ldexp(1.0, largest - 23 - extra_);
    double all = std::trunc(double(sum_) / unit);  // of whole numbers far below 2^53: exact
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
  int extra_;
};

/// c = a b, as such a device adds up.
template <class A, class B>
void matmul_cut(matrix_view<float> c, operand<A> a, operand<B> b, cut_rule rule) {
  std::vector<double> step(static_cast<std::size_t>(rule.products));
  for (std::int64_t i = 0; i < c.rows; ++i)
    for (std::int64_t j = 0; j < c.columns; ++j) {
      cut_sum sum(rule);
      for (std::int64_t begin = 0; begin < a.columns; begin += rule.products) {
        auto const count = std::min<std::int64_t>(rule.products, a.columns - begin);
        for (std::int64_t x = 0; x < count; ++x)
          step[std::size_t(x)] = double(float(a.data[i * a.row_stride + (begin + x) * a.column_stride])) *
                                 double(float(b.data[(begin + x) * b.row_stride + j * b.column_stride]));
        sum.add(std::span(step.data(), std::size_t(count)));
      }
      c.row(i)[j] = sum.value();
    }
}

}  // namespace snowcoder::cpu::reference

// SPDX-License-Identifier: Apache-2.0
// The learning-rate laws of the paper's phases and of its Table 5. Step indexing is ours: no update is spent at rate zero.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/core/field_list.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::config {

/// warm_up_cosine: to `minimum`. warm_up_linear: re-warm-up, then linearly to 0. linear: from `minimum` to 0.
/// constant: `minimum` throughout.
enum class law : std::uint8_t { warm_up_cosine, warm_up_linear, linear, constant };

struct learning_rate {
  law shape = law::warm_up_cosine;
  double peak = 5.3e-4;
  double minimum = 5.3e-5;
  int warm_up = 600;  ///< steps

  static constexpr auto fields() {
    using s = learning_rate;
    return std::tuple{field{"shape", &s::shape, origin::paper}, field{"peak", &s::peak, origin::paper},
                      field{"minimum", &s::minimum, origin::paper}, field{"warm_up", &s::warm_up, origin::paper}};
  }
  friend constexpr bool operator==(learning_rate const&, learning_rate const&) = default;

  /// Whether the law rises to `peak`, in the first `warm_up` steps.
  constexpr bool warms() const { return shape == law::warm_up_cosine || shape == law::warm_up_linear; }
  /// The rate of step t in 0 … steps-1 of a phase. Beyond the end it stays at the last value.
  double at(std::int64_t t, std::int64_t steps) const {
    if (t >= steps) t = steps - 1;
    double const n = double(steps), w = double(warm_up), x = double(t);
    if (warms() && t < warm_up) return peak * (x + 1) / w;
    switch (shape) {
      case law::warm_up_cosine:
        return minimum + (peak - minimum) / 2 * (1 + std::cos(3.14159265358979323846 * (x - w) / (n - w)));
      case law::warm_up_linear:
        return peak * (n - x) / (n - w);
      case law::linear:
        return minimum * (n - x) / n;
      case law::constant:
        return minimum;
    }
    return 0;
  }
};

consteval learning_rate checked(learning_rate r) {
  if (r.peak <= 0 || (r.minimum <= 0 && !r.warms())) broken::rate_must_be_positive();
  if (r.minimum < 0 || r.minimum > r.peak) broken::minimum_rate_above_peak();
  if (r.warm_up < 0) broken::warm_up_must_not_be_negative();
  return r;
}

}  // namespace snowcoder::config

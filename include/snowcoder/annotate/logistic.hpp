// SPDX-License-Identifier: Apache-2.0
// Logistic regression's two formulas, in forms that do not overflow.
#pragma once

#include <algorithm>
#include <cmath>

namespace snowcoder::annotate {

inline double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

/// Loss of one example and its derivative by the raw number.
struct loss_and_slope {
  double loss = 0, slope = 0;
};
inline loss_and_slope logistic_loss(double raw, double label) {
  return {std::max(raw, 0.0) - raw * label + std::log1p(std::exp(-std::abs(raw))), sigmoid(raw) - label};
}

}  // namespace snowcoder::annotate

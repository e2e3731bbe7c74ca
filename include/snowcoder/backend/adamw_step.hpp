// SPDX-License-Identifier: Apache-2.0
// One step of Adam with decoupled decay, as the numbers every element needs. Computed once, in double, on the host.
#pragma once

#include <snowcoder/config/optimizer.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder {

struct adamw_step {
  float beta1, beta2, epsilon;
  float rate;            ///< learning rate / (1 - beta1^t)
  float inverse_sqrt;    ///< 1 / sqrt(1 - beta2^t)
  float keep;            ///< 1 - learning rate * decay
  float gradient_scale;  ///< clipping, and whatever else multiplies the gradient

  /// `step` counts from 1.
  adamw_step(config::optimizer const& o, double learning_rate, std::int64_t step, double scale, bool decayed)
      : beta1(float(o.beta1)),
        beta2(float(o.beta2)),
        epsilon(float(o.epsilon)),
        rate(float(learning_rate / (1.0 - std::pow(o.beta1, double(step))))),
        inverse_sqrt(float(1.0 / std::sqrt(1.0 - std::pow(o.beta2, double(step))))),
        keep(decayed ? float(1.0 - learning_rate * o.weight_decay) : 1.0f),
        gradient_scale(float(scale)) {}
};

/// Elements of flat arrays up to `end`, from where the range before ended, that decay or not.
struct adamw_range {
  std::int64_t end;
  bool decayed;
};

}  // namespace snowcoder

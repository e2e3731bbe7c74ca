// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/adamw.hpp: the update as the paper of AdamW writes it (arXiv 1711.05101, algorithm 2), in double.
#pragma once

#include <snowcoder/backend/moment_rounding.hpp>
#include <snowcoder/config/optimizer.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu::reference {

inline void adamw(float* weights, float* first_moment, float* second_moment, float const* gradient, std::int64_t size,
                  config::optimizer const& o, double rate, std::int64_t step, double scale, bool decayed) {
  for (std::int64_t i = 0; i < size; ++i) {
    double const g = double(gradient[i]) * scale;
    double const m = o.beta1 * double(first_moment[i]) + (1 - o.beta1) * g;
    double const v = o.beta2 * double(second_moment[i]) + (1 - o.beta2) * g * g;
    first_moment[i] = float(m);
    second_moment[i] = float(v);
    double const mean = m / (1 - std::pow(o.beta1, double(step))), square = v / (1 - std::pow(o.beta2, double(step)));
    double const kept = double(weights[i]) * (decayed ? 1 - rate * o.weight_decay : 1.0);
    weights[i] = float(kept - rate * mean / (std::sqrt(square) + o.epsilon));
  }
}

/// The same with moments in bfloat16, each rounded up or down by its draw behind the update.
inline void adamw(float* weights, bfloat16* first_moment, bfloat16* second_moment, float const* gradient, std::int64_t size,
                  config::optimizer const& o, double rate, std::int64_t step, double scale, bool decayed,
                  moment_rounding rounding) {
  for (std::int64_t i = 0; i < size; ++i) {
    float m = float(first_moment[i]), v = float(second_moment[i]);
    adamw(weights + i, &m, &v, gradient + i, 1, o, rate, step, scale, decayed);
    auto const element = rounding.first + i;
    auto const draw = rounding.group(element / 4).word[element % 4];
    first_moment[i].bits = rounded_by_draw(m, draw);
    second_moment[i].bits = rounded_by_draw(v, draw >> 16);
  }
}

inline double sum_of_squares(float const* values, std::int64_t size) {
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += double(values[i]) * double(values[i]);
  return sum;
}

}  // namespace snowcoder::cpu::reference

// SPDX-License-Identifier: Apache-2.0
// First weights: every element is its own draw, keyed by its tensor's name and its place in it.
#pragma once

#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace snowcoder::nn {

/// Whether a matrix writes into the residual stream: those start narrower under `scaled`.
constexpr bool is_output_projection(std::string_view name) {
  return name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
}

/// Fills config::parameters(R::model) floats on the host: norms with one, matrices by R::model.init.
template <config::named_model R>
void initialise(float* weights, std::uint64_t seed) {
  constexpr config::decoder_shape s = R::model;
  for (auto const& p : decoder_parameters<R>()) {
    float* const to = weights + p.offset;
    if (p.is_vector()) {
      std::fill_n(to, p.size(), 1.0f);
      continue;
    }
    double deviation = s.init == config::initialization::scaled ? 0.02 : 0.006;
    if (s.init == config::initialization::scaled && is_output_projection(p.name)) deviation /= std::sqrt(2.0 * s.layers);
    draws const source(p.name, seed);
    for (std::int64_t i = 0; i < p.size(); ++i) to[i] = float(deviation * source.normal(std::uint64_t(i)));
  }
}

}  // namespace snowcoder::nn

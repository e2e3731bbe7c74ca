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

/// Fills the p.size() floats of one tensor on the host: norms with one, matrices by R::model.init.
template <config::named_model R>
void initialise(float* tensor, parameter const& p, std::uint64_t seed) {
  constexpr config::decoder_shape s = R::model;
  if (p.is_vector()) {
    std::fill_n(tensor, p.size(), 1.0f);
    return;
  }
  double deviation = s.init == config::initialization::scaled ? 0.02 : 0.006;
  if (s.init == config::initialization::scaled && is_output_projection(p.name)) deviation /= std::sqrt(2.0 * s.layers);
  draws const source(p.name, seed);
  for (std::int64_t i = 0; i < p.size(); ++i) tensor[i] = float(deviation * source.normal(std::uint64_t(i)));
}

/// The same for all of the model: config::parameters(R::model) floats.
template <config::named_model R>
void initialise(float* weights, std::uint64_t seed) {
  for (auto const& p : decoder_parameters<R>()) initialise<R>(weights + p.offset, p, seed);
}

}  // namespace snowcoder::nn

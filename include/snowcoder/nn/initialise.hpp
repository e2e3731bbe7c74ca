// SPDX-License-Identifier: Apache-2.0
// First weights: every element is its own draw, keyed by its tensor's name and its place in it.
#pragma once

#include <snowcoder/config/shape.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
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

/// Fills the p.size() floats of one tensor on the host: norms with one, matrices by R::model.init. A draw takes tens of
/// nanoseconds: 1.3B of them a minute on one thread.
template <config::named_model R>
void initialise(float* tensor, parameter const& p, std::uint64_t seed, thread_pool& pool) {
  constexpr config::decoder_shape s = R::model;
  if (p.is_vector()) {
    std::fill_n(tensor, p.size(), 1.0f);
    return;
  }
  double deviation = s.init == config::initialization::scaled ? 0.02 : 0.006;
  if (s.init == config::initialization::scaled && is_output_projection(p.name)) deviation /= std::sqrt(2.0 * s.layers);
  draws const source(p.name, seed);
  constexpr std::int64_t piece = 1 << 16;
  pool.for_each_index((p.size() + piece - 1) / piece, [&](std::int64_t k) {
    for (auto i = k * piece, end = std::min(p.size(), i + piece); i < end; ++i)
      tensor[i] = float(deviation * source.normal(std::uint64_t(i)));
  });
}

/// The same for all of the model: config::parameters(R::model) floats.
template <config::named_model R>
void initialise(float* weights, std::uint64_t seed) {
  thread_pool pool;
  for (auto const& p : decoder_parameters<R>()) initialise<R>(weights + p.offset, p, seed, pool);
}

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// The optimizer over a model's flat arrays: decay where the parameter list says so, the same step everywhere else.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/config/optimizer.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/nn/decoder_parameters.hpp>

#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace snowcoder::nn {

/// The factor that brings a gradient of that norm to at most `largest`; 1 when it is there already.
inline double clip_scale(double norm, double largest) { return norm > largest ? largest / norm : 1.0; }

/// One update of weights and moments. Parameters say where they lie in `weights` and `gradient`; moments begin at the first of
/// them. `step` counts from 1; `scale` multiplies the gradient (clipping). Moments are float, or bfloat16 and rounded by draws
/// of `seed`.
template <class Backend, class Moment>
void adamw(Backend& device, float* weights, Moment* first_moment, Moment* second_moment, float const* gradient,
           std::span<parameter const> parameters, config::optimizer const& optimizer, double rate, std::int64_t step,
           double scale, [[maybe_unused]] std::uint64_t seed = 0) {
  adamw_step const decayed(optimizer, rate, step, scale, true), kept(optimizer, rate, step, scale, false);
  auto const first = parameters.front().offset;
  if constexpr (updates_ranges<Backend, Moment>) {
    std::vector<adamw_range> ranges;
    for (auto const& p : parameters) {
      require(p.offset == (ranges.empty() ? first : ranges.back().end), "adamw: parameters follow each other");
      if (!ranges.empty() && ranges.back().decayed == p.decayed)
        ranges.back().end = p.offset + p.size();
      else
        ranges.push_back({p.offset + p.size(), p.decayed});
    }
    adamw(device, weights + first, first_moment, second_moment, gradient + first, ranges, decayed, kept,
          moment_rounding(seed, step, first));
  } else {
    for (auto const& p : parameters) {
      auto const update = [&](auto... rounding) {
        auto const moment = p.offset - first;
        adamw(device, weights + p.offset, first_moment + moment, second_moment + moment, gradient + p.offset, p.size(),
              p.decayed ? decayed : kept, rounding...);
      };
      if constexpr (std::is_same_v<Moment, float>)
        update();
      else
        update(moment_rounding(seed, step, p.offset));
    }
  }
}

}  // namespace snowcoder::nn

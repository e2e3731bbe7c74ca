// SPDX-License-Identifier: Apache-2.0
// The ordered phases of a run.
#pragma once

#include <snowcoder/config/phase.hpp>

#include <array>
#include <cstddef>

namespace snowcoder::config {

template <std::size_t N>
consteval std::array<phase, N> checked(std::array<phase, N> phases, int context) {
  if (N == 0 || phases[0].source != documents::general) broken::first_phase_must_read_the_general_corpus();
  for (std::size_t i = 0; i < N; ++i) {
    auto const& p = phases[i];
    if (p.sequences_per_step < 1 || p.steps(context) < 1 || p.passes <= 0) broken::phase_must_have_tokens();
    bool const warms = p.rate.shape == law::warm_up_cosine || p.rate.shape == law::warm_up_linear;
    if (warms && p.rate.warm_up >= p.steps(context)) broken::phase_warms_up_longer_than_it_lasts();
    if (p.rate.minimum < 0 || p.rate.minimum > p.rate.peak) broken::minimum_rate_above_peak();
    std::array const shares{p.fill_in_middle, p.suffix_first, p.hybrid_split};  // named: nvcc 13.0 loses a braced range
    for (auto share : shares)
      if (share < 0 || share > 1) broken::share_must_be_a_share();
    for (std::size_t j = 0; j < i; ++j)
      if (phases[j].name == p.name) broken::phase_names_must_differ();
  }
  return phases;
}

}  // namespace snowcoder::config

// SPDX-License-Identifier: Apache-2.0
// The ordered phases of a run.
#pragma once

#include <snowcoder/config/phase.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace snowcoder::config {

template <std::size_t N>
consteval std::array<phase, N> checked(std::array<phase, N> phases, int context) {
  if (N == 0 || phases[0].source != documents::general) broken::first_phase_must_read_the_general_corpus();
  for (std::size_t i = 0; i < N; ++i) {
    checked(phases[i], context);
    for (std::size_t j = 0; j < i; ++j)
      if (phases[j].name == phases[i].name) broken::phase_names_must_differ();
  }
  return phases;
}

/// The phase of that name, the first for an empty name; null where there is none.
template <std::size_t N>
constexpr phase const* find_phase(std::array<phase, N> const& phases, std::string_view name) {
  for (auto const& p : phases)
    if (name.empty() || p.name == name) return &p;
  return nullptr;
}

}  // namespace snowcoder::config

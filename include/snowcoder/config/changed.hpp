// SPDX-License-Identifier: Apache-2.0
// "This value, but with that field": how a recipe changes one decision of the recipe that it is made from.
#pragma once

#include <snowcoder/config/broken.hpp>
#include <snowcoder/config/phase.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace snowcoder::config {

/// `value` after `change(value)`; `coherent` checks the result where the recipe ends.
///
///   static constexpr auto selection = config::changed(quickstart::selection, [](auto& s) { s.share = 0.1; });
template <class T>
consteval T changed(T value, auto change) {
  change(value);
  return value;
}

/// A curriculum with the phase of that name changed.
///
///   static constexpr auto curriculum = config::with_phase(quickstart::curriculum, "general", [](auto& p) { p.passes = 1; });
template <std::size_t N>
consteval std::array<phase, N> with_phase(std::array<phase, N> phases, std::string_view name, auto change) {
  bool found = false;
  for (auto& p : phases)
    if (p.name == name) {
      change(p);
      found = true;
    }
  if (!found) broken::changed_phase_must_be_in_the_curriculum();
  return phases;
}

}  // namespace snowcoder::config

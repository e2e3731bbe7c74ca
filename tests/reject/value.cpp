// SPDX-License-Identifier: Apache-2.0
// A value whose field SNOWCODER_FIELD holds SNOWCODER_CONTENT; all others hold what no rule refuses.
#include <snowcoder/config/concepts.hpp>

using namespace snowcoder::config;

template <class T>
constexpr T sound{};
template <>
constexpr phase sound<phase>{.name = "general", .tokens = 10 * 8, .sequences_per_step = 1, .rate = {.warm_up = 1}};

consteval void hold(auto const& value) { checked(value); }
consteval void hold(phase const& value) { checked(std::array{value}, 8); }

consteval bool holds() {
  auto value = sound<SNOWCODER_VALUE>;
  value.SNOWCODER_FIELD = SNOWCODER_CONTENT;
  hold(value);
  return true;
}
static_assert(holds());

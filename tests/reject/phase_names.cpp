// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/curriculum.hpp>

using namespace snowcoder::config;
#ifdef SNOWCODER_REJECT
constexpr auto second = "a";
#else
constexpr auto second = "b";
#endif
constexpr phase make(std::string_view name) {
  return {.name = name, .tokens = 80, .sequences_per_step = 1, .rate = {.warm_up = 1}};
}
constexpr auto phases = checked(std::array{make("a"), make(second)}, 8);

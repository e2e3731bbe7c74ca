// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/curriculum.hpp>

#ifdef SNOWCODER_REJECT
constexpr int warm_up = 10;
#else
constexpr int warm_up = 9;
#endif
using namespace snowcoder::config;
constexpr auto phases =
    checked(std::array{phase{.name = "a", .tokens = 10 * 8, .sequences_per_step = 1, .rate = {.warm_up = warm_up}}}, 8);

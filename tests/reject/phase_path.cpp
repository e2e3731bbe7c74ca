// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/curriculum.hpp>

using namespace snowcoder::config;
#ifdef SNOWCODER_REJECT
constexpr auto name = "../general";
#else
constexpr auto name = "general-2_b";
#endif
constexpr auto phases =
    checked(std::array{phase{.name = name, .tokens = 80, .sequences_per_step = 1, .rate = {.warm_up = 1}}}, 8);

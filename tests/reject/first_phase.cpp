// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/curriculum.hpp>

using namespace snowcoder::config;
#ifdef SNOWCODER_REJECT
constexpr auto source = documents::synthetic;
#else
constexpr auto source = documents::general;
#endif
constexpr auto phases =
    checked(std::array{phase{.name = "a", .source = source, .tokens = 80, .sequences_per_step = 1, .rate = {.warm_up = 1}}}, 8);

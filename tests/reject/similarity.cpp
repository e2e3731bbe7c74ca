// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/near_duplicate.hpp>

#ifdef SNOWCODER_REJECT
constexpr double similarity = 1.5;
#else
constexpr double similarity = 0.85;
#endif
constexpr auto settings = snowcoder::config::checked(snowcoder::config::near_duplicate{.similarity = similarity});

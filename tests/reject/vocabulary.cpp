// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/shape.hpp>

#ifdef SNOWCODER_REJECT
constexpr int vocabulary = 65537;
#else
constexpr int vocabulary = 65536;
#endif
constexpr auto shape = snowcoder::config::checked(snowcoder::config::decoder_shape{.vocabulary = vocabulary});

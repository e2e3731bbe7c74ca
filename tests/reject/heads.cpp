// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/shape.hpp>

#ifdef SNOWCODER_REJECT
constexpr int heads = 3;
#else
constexpr int heads = 4;
#endif
constexpr auto shape = snowcoder::config::checked(snowcoder::config::decoder_shape{.width = 64, .heads = heads, .kv_heads = 1});

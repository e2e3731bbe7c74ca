// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr double selection = 0.25;
#else
  static constexpr snowcoder::config::selection selection{.share = 0.25};
#endif
};
static_assert(snowcoder::config::coherent<mine>());

// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr snowcoder::config::vocabulary vocabulary{.size = 8192};
#endif
};
static_assert(snowcoder::config::coherent<mine>());

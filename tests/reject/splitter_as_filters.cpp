// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  using filters = snowcoder::recipes::quickstart::splitter;
#endif
};
static_assert(snowcoder::config::coherent<mine>());

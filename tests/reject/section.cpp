// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr auto annotator = snowcoder::config::checked(snowcoder::config::annotator{.section = 1024});
#endif
};
static_assert(snowcoder::config::coherent<mine>());

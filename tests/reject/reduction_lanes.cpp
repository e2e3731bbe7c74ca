// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr int reduction_lanes = 6;
#else
  static constexpr int reduction_lanes = 8;
#endif
};
static_assert(snowcoder::config::coherent<mine>());

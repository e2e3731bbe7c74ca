// SPDX-License-Identifier: Apache-2.0
// A recipe that checks nothing itself: whoever stamps its fingerprint does.
#include <snowcoder/config/fingerprint.hpp>
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr snowcoder::config::optimizer optimizer{.clip = 0};
#endif
};
constexpr auto stamp = snowcoder::config::fingerprint<mine>;

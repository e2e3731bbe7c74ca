// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/config/changed.hpp>
#include <snowcoder/recipes/quickstart.hpp>

#ifdef SNOWCODER_REJECT
constexpr auto phase = "hihg_quality";
#else
constexpr auto phase = "high_quality";
#endif
struct mine : snowcoder::recipes::quickstart {
  static constexpr auto curriculum =
      snowcoder::config::with_phase(quickstart::curriculum, phase, [](auto& p) { p.passes = 2; });
};
static_assert(snowcoder::config::coherent<mine>());

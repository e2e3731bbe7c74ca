// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr std::array<snowcoder::config::language, 0> languages{};
#else
  static constexpr std::array languages{snowcoder::config::language::python};
#endif
};
static_assert(snowcoder::config::coherent<mine>());

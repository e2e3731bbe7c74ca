// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/recipes/quickstart.hpp>

using snowcoder::config::language;
struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr std::array languages{language::python, language::c, language::python};
#else
  static constexpr std::array languages{language::python, language::c};
#endif
};
static_assert(snowcoder::config::coherent<mine>());

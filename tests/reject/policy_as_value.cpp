// SPDX-License-Identifier: Apache-2.0
// A chain that stands there as a value, as all other members do: the base's would be used.
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/recipes/quickstart.hpp>

using chain = snowcoder::filter::chain<snowcoder::filter::longest_line_at_most<200>>;

struct mine : snowcoder::recipes::quickstart {
#ifdef SNOWCODER_REJECT
  static constexpr chain filters{};
#else
  using filters = chain;
#endif
};
static_assert(snowcoder::config::coherent<mine>());

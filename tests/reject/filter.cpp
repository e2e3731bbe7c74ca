// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/filter/starcoder2.hpp>

struct not_a_filter {
  static constexpr std::string_view name = "not_a_filter";
};
#ifdef SNOWCODER_REJECT
using mine = snowcoder::filter::chain<not_a_filter>;
#else
using mine = snowcoder::filter::chain<>;
#endif
inline auto const text = mine::text();

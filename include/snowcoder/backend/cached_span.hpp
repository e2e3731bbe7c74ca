// SPDX-License-Identifier: Apache-2.0
// Where the keys and values of one sequence lie among those of all sequences that are generated together.
#pragma once

#include <cstdint>

namespace snowcoder {

/// A new token's sequence occupies rows [first, first + seen) of the cached keys and values, its own row the last of them.
struct cached_span {
  std::int64_t first = 0, seen = 0;
};

}  // namespace snowcoder

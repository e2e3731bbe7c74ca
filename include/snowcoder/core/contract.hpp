// SPDX-License-Identifier: Apache-2.0
// A wrong call ends the program at once and says where it was made. On in every build: the checks stand at doors, not
// in inner loops.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace snowcoder {

/// Requires `holds`; otherwise prints `promise` with the caller's place and aborts.
inline void require(bool holds, char const* promise, std::source_location at = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "%s:%u: %s: broken contract: %s\n", at.file_name(), unsigned(at.line()), at.function_name(), promise);
  std::abort();
}

}  // namespace snowcoder

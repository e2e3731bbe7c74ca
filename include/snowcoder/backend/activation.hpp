// SPDX-License-Identifier: Apache-2.0
// What a projection does to its result before it stores it. Shared by all devices.
#pragma once

#include <cstdint>

namespace snowcoder {

/// gelu: v (1 + erf(v / sqrt 2)) / 2, exact but for float's rounding.
enum class activation : std::uint8_t { none, gelu };

}  // namespace snowcoder

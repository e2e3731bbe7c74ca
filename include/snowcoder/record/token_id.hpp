// SPDX-License-Identifier: Apache-2.0
// A token as every room knows it.
#pragma once

#include <cstdint>

namespace snowcoder {

using token_id = std::int32_t;

}  // namespace snowcoder

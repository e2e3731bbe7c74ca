// SPDX-License-Identifier: Apache-2.0
// How exact a verb without a precision of its own has to be. Shared by all devices.
#pragma once

#include <cstdint>

namespace snowcoder {

/// exact: as float products give it. narrow: as bfloat16 operands would, where the device gains by it.
enum class arithmetic : std::uint8_t { exact, narrow };

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// The version of the library; CMakeLists.txt reads it from here.
#pragma once

#include <string_view>

namespace snowcoder {

inline constexpr std::string_view version = "0.1.0";

}  // namespace snowcoder

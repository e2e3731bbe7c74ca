// SPDX-License-Identifier: Apache-2.0
// Values as they lie in memory, which is how little-endian files hold them.
#pragma once

#include <bit>
#include <string_view>
#include <type_traits>

namespace snowcoder::io {

static_assert(std::endian::native == std::endian::little, "files are little-endian and hold values as they lie in memory");

/// Valid as long as `value` is.
template <class T>
requires std::is_trivially_copyable_v<T> std::string_view bytes_of(T const& value) {
  return {reinterpret_cast<char const*>(&value), sizeof value};
}

}  // namespace snowcoder::io

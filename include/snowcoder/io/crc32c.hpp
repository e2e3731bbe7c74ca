// SPDX-License-Identifier: Apache-2.0
// The Castagnoli checksum, as TFRecord files carry it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace snowcoder::io {

namespace detail {
inline constexpr auto crc32c_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
    table[i] = c;
  }
  return table;
}();
}  // namespace detail

constexpr std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t c = ~0u;
  for (char b : bytes) c = c >> 8 ^ detail::crc32c_table[(c ^ static_cast<unsigned char>(b)) & 255u];
  return ~c;
}

/// Rotated and offset, so that a checksum may itself be checksummed.
constexpr std::uint32_t masked_crc32c(std::string_view bytes) {
  auto const c = crc32c(bytes);
  return (c >> 15 | c << 17) + 0xa282ead8u;
}

static_assert(crc32c("123456789") == 0xe3069283u);

}  // namespace snowcoder::io

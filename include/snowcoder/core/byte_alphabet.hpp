// SPDX-License-Identifier: Apache-2.0
// GPT-2's printable stand-in for every byte, in which byte-level tokenizers write their vocabulary: printable Latin-1
// bytes stand for themselves, the other 68 for U+0100 onwards.
#pragma once

#include <array>
#include <cstdint>

namespace snowcoder {

/// byte_symbols[b] is the code point that stands for byte b.
inline constexpr std::array<char32_t, 256> byte_symbols = [] {
  std::array<char32_t, 256> symbols{};
  char32_t next = 0x100;
  for (unsigned b = 0; b < 256; ++b) {
    bool const printable = (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b <= 0xac) || b >= 0xae;
    symbols[b] = printable ? char32_t(b) : next++;
  }
  return symbols;
}();

/// The bytes in the order of their symbols: the order of the 256 first ids after the sentinels.
inline constexpr std::array<unsigned char, 256> bytes_by_symbol = [] {
  std::array<unsigned char, 256> order{};
  std::size_t n = 0;
  for (char32_t symbol = 0; symbol < 0x144; ++symbol)
    for (unsigned b = 0; b < 256; ++b)
      if (byte_symbols[b] == symbol) order[n++] = static_cast<unsigned char>(b);
  return order;
}();

static_assert(byte_symbols[' '] == 0x120 && byte_symbols['\n'] == 0x10a && byte_symbols['a'] == 'a');
static_assert(bytes_by_symbol[0] == '!' && bytes_by_symbol[188] == 0 && bytes_by_symbol[255] == 0xad);

}  // namespace snowcoder

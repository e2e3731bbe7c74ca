// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), because benchmark data are published with it and results name their data by it. Not for security.
#pragma once

#include <snowcoder/core/expected.hpp>
#include <snowcoder/io/compressed.hpp>

#include <array>
#include <bit>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace snowcoder::io {

class md5 {
 public:
  constexpr void add(std::string_view bytes) {
    for (char c : bytes) {
      block_[size_++ % 64] = static_cast<unsigned char>(c);
      if (size_ % 64 == 0) mix();
    }
  }
  /// 32 lower-case hexadecimal digits; nothing may be added afterwards.
  constexpr std::string hex() {
    auto const bits = size_ * 8;
    add(std::string_view("\x80", 1));
    while (size_ % 64 != 56) add(std::string_view("\0", 1));
    for (int i = 0; i < 8; ++i) block_[56 + std::size_t(i)] = static_cast<unsigned char>(bits >> (8 * i));
    mix();
    std::string text;
    for (auto word : state_)
      for (int i = 0; i < 4; ++i, word >>= 8) {
        text += "0123456789abcdef"[(word >> 4) & 15];
        text += "0123456789abcdef"[word & 15];
      }
    return text;
  }

 private:
  constexpr void mix() {
    constexpr std::array<int, 16> turns{7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
    auto [a, b, c, d] = state_;
    for (std::uint32_t i = 0; i < 64; ++i) {
      std::uint32_t f = 0, g = 0;
      switch (i / 16) {
        case 0:
          f = (b & c) | (~b & d), g = i;
          break;
        case 1:
          f = (d & b) | (~d & c), g = (5 * i + 1) % 16;
          break;
        case 2:
          f = b ^ c ^ d, g = (3 * i + 5) % 16;
          break;
        default:
          f = c ^ (b | ~d), g = (7 * i) % 16;
      }
      std::uint32_t word = 0;
      for (std::uint32_t k = 0; k < 4; ++k) word |= std::uint32_t(block_[g * 4 + k]) << (8 * k);
      f += a + sines[i] + word;
      a = d, d = c, c = b;
      b += std::rotl(f, turns[i / 16 * 4 + i % 4]);
    }
    state_[0] += a, state_[1] += b, state_[2] += c, state_[3] += d;
  }

  /// floor(2^32 · |sin(i + 1)|)
  static constexpr std::array<std::uint32_t, 64> sines{
      0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af,
      0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa,
      0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8,
      0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
      0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97,
      0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1,
      0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
  std::array<std::uint32_t, 4> state_{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::array<unsigned char, 64> block_{};
  std::uint64_t size_ = 0;
};

/// MD5 of the lines of a plain, gzip or zstd text, each ended by a newline: how data authors state it.
inline expected<std::string> text_md5(std::filesystem::path const& path) {
  SNOWCODER_TRY(auto lines, line_reader::open(path));
  md5 sum;
  for (std::string_view line;;) {
    SNOWCODER_TRY(bool const more, lines.next(line));
    if (!more) return sum.hex();
    sum.add(line);
    sum.add("\n");
  }
}

}  // namespace snowcoder::io

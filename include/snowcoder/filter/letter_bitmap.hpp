// SPDX-License-Identifier: Apache-2.0
// The answers of filter/unicode_letter.hpp for the basic plane as bits, one look-up each: 8 KiB per question.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/unicode_letter.hpp>

#include <array>
#include <cstdint>

namespace snowcoder::filter {

namespace detail {

using plane_bits = std::array<std::uint64_t, 1024>;

template <std::size_t Size>
constexpr void mark(plane_bits& bits, code_point_range const (&ranges)[Size]) {
  for (auto const& r : ranges) {
    auto const end = r.last < 0xffff ? r.last : char32_t(0xffff);
    for (char32_t c = r.first; c <= end;) {
      auto const word = c >> 6;
      auto const last = (word << 6 | 63) < end ? (word << 6 | 63) : end;
      bits[word] |= (~std::uint64_t(0) >> (63 - (last - c))) << (c & 63);
      c = last + 1;
    }
  }
}
inline constexpr plane_bits letter_bits = [] {
  plane_bits bits{};
  mark(bits, letter_ranges);
  for (char32_t c = 0; c < 0x80; ++c) bits[c >> 6] |= std::uint64_t(is_ascii_letter(c)) << (c & 63);
  return bits;
}();
inline constexpr plane_bits alphanumeric_bits = [] {
  plane_bits bits = letter_bits;
  mark(bits, number_ranges);
  for (char32_t c = '0'; c <= '9'; ++c) bits[0] |= std::uint64_t(1) << c;
  return bits;
}();
constexpr bool has(plane_bits const& bits, char32_t c) { return bits[c >> 6] >> (c & 63) & 1; }

}  // namespace detail

/// is_letter and is_alphanumeric of the basic plane (c < 0x10000).
constexpr bool is_basic_letter(char32_t c) { return detail::has(detail::letter_bits, c); }
constexpr bool is_basic_alphanumeric(char32_t c) { return detail::has(detail::alphanumeric_bits, c); }

}  // namespace snowcoder::filter

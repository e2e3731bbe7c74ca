// SPDX-License-Identifier: Apache-2.0
// UTF-8, one code point at a time. What is not UTF-8 (overlong, surrogate, beyond U+10FFFF, cut short) is met as single
// bytes, so that every input has exactly one reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace snowcoder {

struct code_point {
  char32_t value = 0;  ///< the byte itself where `valid` is false
  int bytes = 1;
  bool valid = false;
};

/// The code point at the start of `text`, which is not empty.
constexpr code_point first_code_point(std::string_view text) {
  auto const at = [&](std::size_t i) { return std::uint32_t(static_cast<unsigned char>(text[i])); };
  auto const lead = at(0);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  code_point const broken{lead, 1, false};
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return broken;
  std::uint32_t value = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return broken;
    value = value << 6 | (at(i) & 0x3f);
  }
  if (length == 3 && (value < 0x800 || (value >= 0xd800 && value < 0xe000))) return broken;
  if (length == 4 && (value < 0x10000 || value > 0x10ffff)) return broken;
  return {value, int(length), true};
}

constexpr bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto const c = first_code_point(text);
    if (!c.valid) return false;
    text.remove_prefix(std::size_t(c.bytes));
  }
  return true;
}

constexpr void append_utf8(std::string& out, char32_t value) {
  auto const tail = [&](int shift) { out += char(0x80 | ((value >> shift) & 0x3f)); };
  if (value < 0x80) {
    out += char(value);
  } else if (value < 0x800) {
    out += char(0xc0 | (value >> 6));
    tail(0);
  } else if (value < 0x10000) {
    out += char(0xe0 | (value >> 12));
    tail(6), tail(0);
  } else {
    out += char(0xf0 | (value >> 18));
    tail(12), tail(6), tail(0);
  }
}

static_assert(is_utf8("h\xc3\xa9") && !is_utf8("\xc0\x80") && !is_utf8("\xed\xa0\x80") && !is_utf8("\xf0\x9f\x98"));

}  // namespace snowcoder

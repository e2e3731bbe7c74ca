// SPDX-License-Identifier: Apache-2.0
// Letters and digits of ASCII, whatever the locale: what a byte is, and the case of letters. Every other byte stays as it is,
// so UTF-8 stays UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace snowcoder {

// Of a byte or of a code point: whatever lies beyond ASCII, a negative char too, is none of these.
constexpr bool is_ascii_digit(char32_t c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_letter(char32_t c) noexcept { return (c | 32) >= 'a' && (c | 32) <= 'z'; }
constexpr bool is_ascii_alphanumeric(char32_t c) noexcept { return is_ascii_letter(c) || is_ascii_digit(c); }
constexpr bool is_hexadecimal(char32_t c) noexcept { return is_ascii_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }
/// The 64 digits, and what fills up.
constexpr bool is_base64(char32_t c) noexcept { return is_ascii_alphanumeric(c) || c == '+' || c == '/' || c == '='; }

constexpr char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? char(c | 32) : c; }

constexpr std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_lower(c);
  return lower;
}

/// Is `text`, in any case, what `lower` says in lower case?
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i]) return false;
  return true;
}

/// Where `lower`, which is not empty, begins in `text` from `from` on, in any case; npos when it does not.
constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view lower, std::size_t from = 0) noexcept {
  bool const letter = lower[0] >= 'a' && lower[0] <= 'z';
  for (std::size_t i = from; i + lower.size() <= text.size(); ++i) {
    if (!letter) {
      i = text.find(lower[0], i);
      if (i == text.npos) break;
    }
    if ((letter ? char(text[i] | 32) : text[i]) == lower[0] && equals_ignoring_case(text.substr(i, lower.size()), lower))
      return i;
  }
  return text.npos;
}

}  // namespace snowcoder

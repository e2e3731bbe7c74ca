// SPDX-License-Identifier: Apache-2.0
// Values as initializer text, at compile time: what a recipe's printer and fingerprint are made of.
#pragma once

#include <snowcoder/core/enum_name.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace snowcoder {

constexpr void append_integer(std::string& out, std::int64_t value) {
  if (value < 0) out += '-';
  std::uint64_t rest = value < 0 ? 0 - std::uint64_t(value) : std::uint64_t(value);
  char digits[20] = {};
  int n = 0;
  do digits[n++] = char('0' + rest % 10);
  while (rest /= 10);
  while (n) out += digits[--n];
}

/// The shortest decimal that reads back as `value`, for values with at most 15 digits (all that people write).
constexpr void append_real(std::string& out, double value) {
  if (value < 0) return out += '-', append_real(out, -value);
  double power = 1;  // exact up to 10^22, so value * power and digits / power are correctly rounded
  for (int places = 0; places <= 22; ++places, power *= 10) {
    double const scaled = value * power;
    if (scaled > 9e15) break;
    auto const digits = std::int64_t(scaled + 0.5);
    if (double(digits) / power != value) continue;
    std::string text;
    append_integer(text, digits);
    if (places > 6 && text.size() <= 2) {  // 1e-08 rather than 0.00000001
      append_integer(out, digits);
      out += "e-";
      return append_integer(out, places);
    }
    while (int(text.size()) <= places) text.insert(text.begin(), '0');
    if (places) text.insert(text.end() - places, '.');
    out += text;
    return;
  }
  append_integer(out, std::int64_t(value));  // whole numbers beyond 9e15
}

constexpr void append_text(std::string& out, bool value) { out += value ? "true" : "false"; }
constexpr void append_text(std::string& out, std::integral auto value) { append_integer(out, std::int64_t(value)); }
constexpr void append_text(std::string& out, std::floating_point auto value) { append_real(out, double(value)); }
constexpr void append_text(std::string& out, std::string_view value) { (((out += '"') += value) += '"'); }
template <class E>
requires std::is_enum_v<E>
constexpr void append_text(std::string& out, E value) { out += name_of(value); }

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// Large numbers for people: 1.11 TB, 119,209, 22.9 GiB.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace snowcoder {

/// 1364297728 -> "1,364,297,728".
inline std::string with_commas(std::int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (int i = int(digits.size()) - 3; i > 0; i -= 3) digits.insert(std::size_t(i), ",");
  return value < 0 ? "-" + digits : digits;
}

/// Three significant digits and a unit of a scale that grows by `step`.
template <std::size_t N>
std::string scaled(double value, double step, std::array<std::string_view, N> const& units) {
  std::size_t unit = 0;
  for (; value >= step && unit + 1 < N; ++unit) value /= step;
  char text[48];
  std::snprintf(text, sizeof text, "%.*f %s", value < 10 ? 2 : value < 100 ? 1 : 0, value, std::string(units[unit]).c_str());
  return text;
}

/// Bytes in powers of 1000: "1.11 TB".
inline std::string bytes_text(double bytes) {
  return scaled(bytes, 1000, std::array<std::string_view, 6>{"B", "kB", "MB", "GB", "TB", "PB"});
}
/// Bytes in powers of 1024: "22.9 GiB".
inline std::string binary_bytes_text(double bytes) {
  return scaled(bytes, 1024, std::array<std::string_view, 5>{"B", "KiB", "MiB", "GiB", "TiB"});
}
/// Token counts: "500 B tokens".
inline std::string tokens_text(double tokens) {
  return scaled(tokens, 1000, std::array<std::string_view, 5>{"", "k", "M", "B", "T"}) + " tokens";
}
/// "12 s", "3.4 h", "128 days".
inline std::string duration_text(double seconds) {
  char text[48];
  if (seconds < 120)
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  else if (seconds < 7200)
    std::snprintf(text, sizeof text, "%.3g min", seconds / 60);
  else if (seconds < 48 * 3600)
    std::snprintf(text, sizeof text, "%.3g h", seconds / 3600);
  else
    std::snprintf(text, sizeof text, "%.1f days", seconds / 86400);
  return text;
}

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// Comparison in any case of ASCII letters.
#pragma once

#include <cstddef>
#include <string_view>

namespace snowcoder::filter::detail {

constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] >= 'A' && text[i] <= 'Z' ? char(text[i] | 32) : text[i]) != lower[i]) return false;
  return true;
}

/// Where `lower`, which is not empty, begins in `text` from `from` on, in any case; npos when it does not.
constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view lower, std::size_t from = 0) {
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

}  // namespace snowcoder::filter::detail

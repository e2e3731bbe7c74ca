// SPDX-License-Identifier: Apache-2.0
// The lines of a text that hold more than blanks.
#pragma once

#include <algorithm>
#include <string_view>

namespace snowcoder {

/// Takes the next such line off the front of `text` and gives it without the blanks around it; an empty one at the end.
constexpr std::string_view take_line(std::string_view& text) {
  constexpr std::string_view blanks = " \t\r";
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (auto const first = line.find_first_not_of(blanks); first != line.npos)
      return line.substr(first, line.find_last_not_of(blanks) - first + 1);
  }
  return {};
}

}  // namespace snowcoder

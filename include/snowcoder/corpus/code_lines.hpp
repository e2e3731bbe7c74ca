// SPDX-License-Identifier: Apache-2.0
// The lines of code of a text: without indentation, without comments of the C family where these are asked to be passed over,
// and without what a header shows to C++ compilers only. At most the first 50 KiB, which is what linguist's rules look at.
#pragma once

#include <snowcoder/corpus/text_lines.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace snowcoder::corpus::detail {

inline constexpr std::size_t considered_bytes = 50 * 1024;

enum class comments { kept, of_c };

/// A line's code: comments that lead it passed over, cut at the first comment behind it that is its end. `open` says whether
/// a comment goes on.
constexpr std::string_view code_of(std::string_view line, bool& open) {
  while (open || line.starts_with("/*")) {
    auto const end = line.find("*/", open ? 0 : 2);
    open = end == line.npos;
    if (open) return {};
    line = without_leading_blanks(line.substr(end + 2));
  }
  for (auto slash = line.find('/'); slash < line.size(); slash = line.find('/', slash + 1)) {
    auto const next = slash + 1 < line.size() ? line[slash + 1] : ' ';
    if (next == '/') return line.substr(0, slash);
    if (next != '*') continue;
    auto const end = line.find("*/", slash + 2);
    if (end == line.npos) {
      open = true;
      return line.substr(0, slash);
    }
    slash = end + 1;
  }
  return line;
}

/// Is the line inside "#ifdef __cplusplus … #endif"? C headers show a few words of C++ there.
struct conditional_cpp {
  int depth = 0;  ///< of conditionals within; 0: outside
  constexpr bool hides(std::string_view line) {
    if (line.empty() || line[0] != '#') return depth > 0;
    auto const directive = without_leading_blanks(line.substr(1));
    if (directive.starts_with("if")) {
      if (depth > 0)
        ++depth;
      else if (!directive.starts_with("ifndef") && directive.find("__cplusplus") != line.npos)
        depth = 1;
    } else if (depth > 0 && directive.starts_with("endif")) {
      --depth;
    } else if (depth == 1 && directive.starts_with("el")) {
      depth = 0;  // what follows is for C, and its own conditionals count from here
    }
    return depth > 0;
  }
};

/// Calls visit(code) for every line that is not empty until it returns true; says whether it did.
template <comments Kept>
constexpr bool any_code_line(std::string_view text, auto&& visit) {
  text = text.substr(0, considered_bytes);
  bool open = false;
  conditional_cpp conditional;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size());
    auto line = without_leading_blanks(text.substr(begin, end - begin));
    begin = end + 1;
    if constexpr (Kept == comments::of_c) {
      line = code_of(line, open);
      if (conditional.hides(line)) continue;
    }
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!line.empty() && visit(line)) return true;
  }
  return false;
}

}  // namespace snowcoder::corpus::detail

// SPDX-License-Identifier: Apache-2.0
// Code between fences, as models write it: finding the block of an answer, and putting a seed into one that it cannot break.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/enum_name.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::synthesize {

struct code_block {
  std::string tag;        ///< the first word after the opening fence, in lower case
  std::string_view text;  ///< whole lines
  bool closed = true;
};

namespace detail {
/// Length of the run of back quotes that a line begins with (after up to three blanks), 0 below three; `rest` is what follows.
constexpr std::size_t fence_length(std::string_view line, std::string_view& rest) {
  std::size_t blanks = 0;
  while (blanks < line.size() && blanks < 3 && line[blanks] == ' ') ++blanks;
  std::size_t end = blanks;
  while (end < line.size() && line[end] == '`') ++end;
  rest = line.substr(end);
  return end - blanks >= 3 ? end - blanks : 0;
}
}  // namespace detail

/// All fenced blocks of an answer, in order. A block ends at a line of at least as many back quotes and nothing else.
inline std::vector<code_block> code_blocks(std::string_view answer) {
  std::vector<code_block> blocks;
  std::size_t open = 0, begin = 0;
  for (std::size_t at = 0; at < answer.size();) {
    auto const end = std::min(answer.find('\n', at), answer.size());
    auto const next = std::min(end + 1, answer.size());
    std::string_view rest;
    auto const length = detail::fence_length(answer.substr(at, end - at), rest);
    bool const bare = rest.find_first_not_of(" \t\r") == rest.npos;
    if (open == 0 && length && rest.find('`') == rest.npos) {
      open = length;
      begin = next;
      auto const first = std::min(rest.find_first_not_of(" \t\r"), rest.size());
      blocks.push_back({lower_case(rest.substr(first, rest.find_first_of(" \t\r{:,", first) - first)), {}, false});
    } else if (open && length >= open && bare) {
      blocks.back().text = answer.substr(begin, at - begin);
      blocks.back().closed = true;
      open = 0;
    }
    at = next;
  }
  if (open) blocks.back().text = answer.substr(std::min(begin, answer.size()));
  return blocks;
}

/// A fence longer than any run of back quotes in `text`.
inline std::string fence_for(std::string_view text) {
  std::size_t longest = 2, run = 0;
  for (char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  return std::string(longest + 1, '`');
}

/// The tag that we write for a language.
constexpr std::string_view fence_tag(config::language l) {
  using enum config::language;
  switch (l) {
    case jupyter_notebook:
      return "python";
    case shell:
      return "bash";
    default:
      return name_of(l);
  }
}

/// May a block with this tag (lower case) be a file of this language?
constexpr bool tag_fits(std::string_view tag, config::language l) {
  using enum config::language;
  auto const is = [&](auto... names) { return ((tag == names) || ...); };
  if (l != other && tag == name_of(l)) return true;
  switch (l) {
    case python:
      return is("py", "python3");
    case jupyter_notebook:
      return is("python", "py", "python3", "ipynb", "jupyter");
    case cpp:
      return is("c++", "cc", "cxx", "hpp", "h++");
    case c:
      return is("h");
    case javascript:
      return is("js", "jsx", "mjs", "node");
    case typescript:
      return is("ts", "tsx");
    case csharp:
      return is("cs", "c#");
    case go:
      return is("golang");
    case ruby:
      return is("rb");
    case rust:
      return is("rs");
    case kotlin:
      return is("kt", "kts");
    case shell:
      return is("sh", "bash", "zsh", "shellscript");
    case sql:
      return is("postgresql", "mysql", "sqlite", "plsql", "tsql");
    default:
      return false;
  }
}

}  // namespace snowcoder::synthesize

// SPDX-License-Identifier: Apache-2.0
// A benchmark task as people copy it into their files: as it is, indented otherwise, wrapped otherwise, and with another name
// and other words in its docstring. Python only.
#pragma once

#include <snowcoder/core/words.hpp>
#include <snowcoder/record/benchmark_task.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace planting {

/// What stands in a file that holds the task: the prompt, and what continues it.
inline std::string program(snowcoder::benchmark_task const& t) {
  return t.prompt + (t.prompt.empty() || t.prompt.back() == '\n' ? "" : "\n") + t.solution + "\n";
}

/// Every leading blank becomes `unit`, and the whole stands one level deeper.
inline std::string indented(std::string_view text, std::string const& unit) {
  std::string out;
  bool leading = true;
  for (char c : text) {
    if (leading && c != '\n' && out.size() && out.back() == '\n') out += unit + unit;
    leading = c == '\n' || (leading && (c == ' ' || c == '\t'));
    out += leading && c != '\n' ? unit : std::string(1, c);
  }
  return out;
}

/// Walks Python as far as wrapping needs it: comments, strings, brackets.
class python_walk {
 public:
  enum class place { code, comment, word_of_text, text };
  /// Calls visit(i, inside): byte i is code, of a comment, of a string in triple quotes, or of another string.
  template <class Visit>
  static void over(std::string_view s, Visit&& visit) {
    for (std::size_t i = 0; i < s.size();) {
      if (s[i] == '#') {
        for (; i < s.size() && s[i] != '\n'; ++i) visit(i, place::comment);
      } else if (s.substr(i, 3) == "\"\"\"" || s.substr(i, 3) == "'''") {
        auto const quotes = s.substr(i, 3);
        auto const found = s.find(quotes, i + 3);
        auto const end = found == s.npos ? s.size() : found + 3;
        for (; i < end; ++i) visit(i, place::word_of_text);
      } else if (s[i] == '"' || s[i] == '\'') {
        auto const quote = s[i];
        visit(i++, place::text);
        while (i < s.size() && s[i] != quote && s[i] != '\n') {
          if (s[i] == '\\') visit(i++, place::text);
          if (i < s.size()) visit(i++, place::text);
        }
        if (i < s.size() && s[i] == quote) visit(i++, place::text);
      } else {
        visit(i++, place::code);
      }
    }
  }
};

/// Line breaks where the language allows others: docstrings filled to another width, brackets opened after every second comma
/// and closed up where they were open, long statements continued behind a backslash, long comments cut in two.
inline std::string wrapped(std::string_view text) {
  std::string out;
  int open = 0, commas = 0;
  std::size_t column = 0;
  auto const put = [&](std::string_view s) {
    for (char c : s) column = c == '\n' ? 0 : column + 1;
    out += s;
  };
  using place = python_walk::place;
  python_walk::over(text, [&](std::size_t i, place inside) {
    char const c = text[i];
    bool const blank = c == ' ' || c == '\n';
    if (inside == place::word_of_text && blank) {
      bool const again = !out.empty() && (out.back() == ' ' || out.back() == '\n');
      if (!again) put(column > 30 ? "\n      " : " ");
    } else if (inside == place::comment && c == ' ' && column > 40) {
      put("\n# ");
    } else if (inside == place::code && open > 0 && c == '\n') {
      put(" ");
    } else if (inside == place::code && open > 0 && c == ',' && ++commas % 2) {
      put(",\n          ");
    } else if (inside == place::code && open == 0 && c == ' ' && column > 24 && out.back() != ' ' && i + 1 < text.size() &&
               text[i + 1] != '#') {
      put(commas++ % 3 ? " \\\n      " : "\\\r\n\t");
    } else {
      if (inside == place::code) open += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
      put(std::string_view(&c, 1));
    }
  });
  return out;
}

/// The function has another name, and every third word of texts in triple quotes is another one.
inline std::string renamed(snowcoder::benchmark_task const& t) {
  auto const whole = program(t);
  std::string in_text(whole.size(), '\0');
  python_walk::over(whole, [&](std::size_t i, auto inside) { in_text[i] = inside == python_walk::place::word_of_text; });
  std::string out, word;
  int words = 0;
  bool of_text = false;
  auto const flush = [&] {
    if (word == t.entry_point && !word.empty())
      out += "another_name";
    else if (!word.empty() && of_text && ++words % 3 == 0)
      out += "reworded";
    else
      out += word;
    word.clear();
  };
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (snowcoder::is_word_byte(whole[i])) {
      of_text = in_text[i] != 0;
      word += whole[i];
    } else {
      flush();
      out += whole[i];
    }
  }
  flush();
  return out;
}

/// Puts `text` between lines of `carrier`, near its middle.
inline std::string planted(std::string_view carrier, std::string_view text) {
  auto const line = carrier.find('\n', carrier.size() / 2);
  auto const at = line == carrier.npos ? carrier.size() : line + 1;
  std::string out(carrier.substr(0, at));
  if (!out.empty() && out.back() != '\n') out += '\n';
  return (out += text) += carrier.substr(at);
}

}  // namespace planting

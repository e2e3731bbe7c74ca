// SPDX-License-Identifier: Apache-2.0
// The syntax check of accepted answers: brackets match and strings and comments end, by the lexical rules of each language.
// It is no parser: what fails it is no file of its language; what passes may still be wrong. PHP, Ruby and shell have
// quoting that only their own parsers follow, so they are not checked.
#pragma once

#include <snowcoder/config/language.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::synthesize {

/// Lexical habits of a language.
struct lexis {
  std::string_view line_comment = "//", block_open = "/*", block_close = "*/";
  std::string_view brackets = "()[]{}";
  std::string_view quotes = "\"'";      ///< that open strings with backslash escapes
  std::string_view raw_quotes = {};     ///< that open strings without escapes, over several lines
  std::string_view interpolation = {};  ///< opens an expression inside a string: "${" or "\\("
  bool interpolates_double = false;     ///< in strings of double or triple quotes, not only in back quotes
  bool triple = false;                  ///< three quotes open a string over several lines
  bool nested_comments = false, several_lines = false, doubled = false, lifetimes = false, regex = false;
  bool checked = true;
};

constexpr lexis lexis_of(config::language l) {
  using enum config::language;
  switch (l) {
    case python:
    case jupyter_notebook:
      return {.line_comment = "#", .block_open = {}, .triple = true};
    case java:
      return {.triple = true};
    case c:
    case cpp:
      return {};
    case csharp:
      return {.triple = true};
    case javascript:
    case typescript:
      return {.quotes = "\"'`", .interpolation = "${", .regex = true};
    case go:
      return {.raw_quotes = "`"};
    case rust:
      return {.nested_comments = true, .several_lines = true, .lifetimes = true};
    case scala:
      return {.interpolation = "${", .interpolates_double = true, .triple = true, .nested_comments = true, .lifetimes = true};
    case kotlin:
      return {.interpolation = "${", .interpolates_double = true, .triple = true, .nested_comments = true};
    case dart:
      return {.interpolation = "${", .interpolates_double = true, .triple = true, .nested_comments = true};
    case swift:
      return {.quotes = "\"", .interpolation = "\\(", .interpolates_double = true, .triple = true, .nested_comments = true};
    case sql:
      return {.line_comment = "--", .brackets = "()", .quotes = {}, .raw_quotes = "'\"`", .doubled = true};
    default:
      return {.checked = false};
  }
}

/// Walks a text once; recursion only into expressions inside strings.
class balance_walker {
 public:
  balance_walker(std::string_view text, config::language l) : text_(text), language_(l), rules_(lexis_of(l)) {}

  /// What is wrong, with its line; nothing when the text balances or its language is not checked.
  std::optional<std::string> problem() {
    if (!rules_.checked) return {};
    if (code(0, 0)) return {};
    auto const line = 1 + std::count(text_.begin(), text_.begin() + std::ptrdiff_t(std::min(place_, text_.size())), '\n');
    return std::string(problem_) + " at line " + std::to_string(line);
  }

 private:
  using language = config::language;

  bool fail(std::string_view what, std::size_t at) {
    problem_ = what;
    place_ = at;
    return false;
  }
  bool here(std::string_view word) const { return !word.empty() && text_.substr(at_).starts_with(word); }
  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' || (c & 0x80);
  }
  bool at_line_start() const {
    auto const before = text_.substr(0, at_).find_last_not_of(" \t");
    return before == text_.npos || text_[before] == '\n';
  }

  /// Until the end of the text, or until the bracket `closer` of an expression inside a string.
  bool code(char closer, int depth) {
    if (depth > 64) return fail("strings nest too deeply", at_);
    std::string stack;
    for (std::size_t const begin = at_; at_ < text_.size();) {
      char const c = text_[at_];
      if (closer && c == closer && stack.empty()) return ++at_, true;
      if (here(rules_.line_comment) || (at_ == 0 && here("#!"))) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (here(rules_.block_open)) {
        if (!comment()) return false;
      } else if (special_string()) {
        if (broken_) return false;
      } else if (rules_.regex && c == '/' && regex_may_begin()) {
        skip_regex();
      } else if (rules_.quotes.find(c) != std::string_view::npos || rules_.raw_quotes.find(c) != std::string_view::npos) {
        if (!quoted(depth)) return false;
      } else if (auto const kind = rules_.brackets.find(c); kind != std::string_view::npos) {
        if (kind % 2 == 0) {
          stack += rules_.brackets[kind + 1];
        } else {
          if (stack.empty() || stack.back() != c) return fail("a bracket closes what is not open", at_);
          stack.pop_back();
        }
        ++at_;
      } else {
        ++at_;
      }
      if (at_ >= text_.size() && (closer || !stack.empty()))
        return fail("a bracket is never closed", begin + (closer ? 0 : text_.size()));
    }
    if (closer) return fail("an expression in a string is never closed", at_);
    return true;
  }

  bool comment() {
    auto const begin = at_;
    at_ += rules_.block_open.size();
    for (int open = 1; open;) {
      if (at_ >= text_.size()) return fail("a comment is never closed", begin);
      if (here(rules_.block_close)) {
        at_ += rules_.block_close.size();
        --open;
      } else if (rules_.nested_comments && here(rules_.block_open)) {
        at_ += rules_.block_open.size();
        ++open;
      } else {
        ++at_;
      }
    }
    return true;
  }

  /// Everything that begins at `at_` and ends with `end`; false and broken_ when it never does.
  bool until(std::string_view end, std::size_t from) {
    auto const found = text_.find(end, from);
    if (found == text_.npos) {
      broken_ = true;
      return fail("a string is never closed", at_), true;
    }
    at_ = found + end.size();
    return true;
  }
  /// Raw strings and quotes that open no string. True when something was passed, or broken_.
  bool special_string() {
    char const c = text_[at_];
    bool const word_before = at_ > 0 && is_word(text_[at_ - 1]);
    auto const rest = text_.substr(at_);
    if ((language_ == language::c || language_ == language::cpp) && c == '#' && at_line_start() &&
        (rest.starts_with("#error") || rest.starts_with("#warning") || rest.starts_with("#pragma")))
      return at_ = std::min(text_.find('\n', at_), text_.size()), true;
    if ((language_ == language::c || language_ == language::cpp) && c == '\'' && word_before) {  // 1'000
      auto first = at_;
      while (first > quote_ && (is_word(text_[first - 1]) || text_[first - 1] == '\'')) --first;
      if (first == quote_) first = word_;
      quote_ = at_;
      word_ = first;
      if (text_[first] >= '0' && text_[first] <= '9') return ++at_, true;
    }
    if (language_ == language::cpp && rest.starts_with("R\"") &&
        (!word_before || text_[at_ - 1] == '8' || (text_[at_ - 1] | 32) == 'u' || text_[at_ - 1] == 'L')) {
      auto const paren = rest.find('(');
      if (paren != rest.npos && paren <= 18) return until(")" + std::string(rest.substr(2, paren - 2)) + "\"", at_ + paren);
    }
    if ((language_ == language::rust && !word_before &&
         (rest.starts_with("r\"") || rest.starts_with("r#") || rest.starts_with("br\"") || rest.starts_with("br#"))) ||
        (language_ == language::swift && c == '#')) {
      auto const first = std::min(rest.find('#'), rest.find('"'));
      auto const quote = rest.find_first_not_of('#', first);
      if (quote != rest.npos && rest[quote] == '"') {
        bool const three = language_ == language::swift && rest.substr(quote).starts_with("\"\"\"");
        return until((three ? "\"\"\"" : "\"") + std::string(quote - first, '#'), at_ + quote + (three ? 3 : 1));
      }
    }
    if (language_ == language::csharp && (rest.starts_with("@\"") || rest.starts_with("$@\"") || rest.starts_with("@$\""))) {
      for (auto i = rest.find('"') + 1;; i += 2) {
        i = rest.find('"', i);
        if (i == rest.npos) return until("\"", text_.size());
        if (!rest.substr(i).starts_with("\"\"")) return at_ += i + 1, true;
      }
    }
    if (language_ == language::csharp && rest.starts_with("\"\"\"")) {
      auto const quotes = rest.find_first_not_of('"');
      if (quotes != rest.npos && quotes % 2 == 1) return until(std::string(quotes, '"'), at_ + quotes);
    }
    if (language_ == language::dart && c == 'r' && !word_before && rest.size() > 1 && (rest[1] == '"' || rest[1] == '\'')) {
      bool const three = rest.size() > 3 && rest[2] == rest[1] && rest[3] == rest[1];
      return until(std::string(three ? 3 : 1, rest[1]), at_ + (three ? 4 : 2));
    }
    if (language_ == language::sql && c == '$') {
      auto const end = rest.find('$', 1);
      if (end != rest.npos && std::all_of(rest.begin() + 1, rest.begin() + std::ptrdiff_t(end), is_word) &&
          !(rest[1] >= '0' && rest[1] <= '9'))
        return until(rest.substr(0, end + 1), at_ + end + 1);
    }
    if (rules_.lifetimes && c == '\'' && rest.size() > 2 && rest[1] != '\\') {  // 'a' is a character, 'a a lifetime or a symbol
      std::size_t end = 2;
      while (end < rest.size() && (rest[end] & 0xc0) == 0x80) ++end;
      if (end >= rest.size() || rest[end] != '\'') return ++at_, true;
      return at_ += end + 1, true;
    }
    return false;
  }

  bool quoted(int depth) {
    auto const begin = at_;
    char const quote = text_[at_];
    bool const raw = rules_.raw_quotes.find(quote) != std::string_view::npos;
    std::string const three(3, quote);
    bool const long_string = rules_.triple && quote != '`' && here(three) &&
                             (quote == '"' || language_ == language::python || language_ == language::jupyter_notebook ||
                              language_ == language::dart);
    bool const lines = raw || long_string || quote == '`' || rules_.several_lines;
    bool const plain = language_ == language::scala && long_string;  // a backslash is a backslash
    bool const holds_code = !rules_.interpolation.empty() &&
                            (quote == '`' || (rules_.interpolates_double && (quote == '"' || language_ == language::dart)));
    bool const marked = language_ != language::scala || (begin > 0 && is_word(text_[begin - 1]));  // s"…"
    bool const dollar = language_ == language::csharp && begin > 0 && text_[begin - 1] == '$';
    for (at_ += long_string ? 3 : 1; at_ < text_.size();) {
      if (long_string ? here(three) : text_[at_] == quote) {
        if (rules_.doubled && at_ + 1 < text_.size() && text_[at_ + 1] == quote) {
          at_ += 2;
          continue;
        }
        at_ += long_string ? 3 : 1;
        while (long_string && at_ < text_.size() && text_[at_] == quote && language_ != language::python &&
               language_ != language::jupyter_notebook)
          ++at_;
        return true;
      }
      if (holds_code && marked && here(rules_.interpolation)) {
        at_ += rules_.interpolation.size();
        if (!code(rules_.interpolation.back() == '{' ? '}' : ')', depth + 1)) return false;
      } else if (dollar && here("{{")) {
        at_ += 2;
      } else if (dollar && text_[at_] == '{') {
        ++at_;
        if (!code('}', depth + 1)) return false;
      } else if (text_[at_] == '\\' && !raw && !plain) {
        at_ += at_ + 2 < text_.size() && text_[at_ + 1] == '\r' ? 3 : 2;
      } else if (text_[at_] == '\n' && !lines) {
        return fail("a string is never closed", begin);
      } else {
        ++at_;
      }
    }
    return fail("a string is never closed", begin);
  }

  /// A slash divides after a value and opens a pattern elsewhere.
  bool regex_may_begin() const {
    auto const last = text_.substr(0, at_).find_last_not_of(" \t\r\n");
    if (last == text_.npos) return true;
    char const c = text_[last];
    if (c == ')' || c == ']' || c == '}' || c == '"' || c == '\'' || c == '`') return false;
    if (c == '<') return false;  // a closing tag
    if (!is_word(c) && c != '$') return true;
    auto first = last;
    while (first > 0 && is_word(text_[first - 1])) --first;
    auto const word = text_.substr(first, last - first + 1);
    for (std::string_view key :
         {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "else", "do", "await", "yield"})
      if (word == key) return true;
    return false;
  }
  void skip_regex() {
    bool set = false;
    for (auto i = at_ + 1; i < text_.size() && text_[i] != '\n'; ++i) {
      if (text_[i] == '\\') {
        ++i;
      } else if (text_[i] == '[') {
        set = true;
      } else if (text_[i] == ']') {
        set = false;
      } else if (text_[i] == '/' && !set) {
        at_ = i + 1;
        return;
      }
    }
    ++at_;  // no pattern after all
  }

  std::string_view text_;
  language language_;
  lexis rules_;
  std::size_t at_ = 0, place_ = 0;
  std::size_t quote_ = 0, word_ = 0;  // the last quote behind a word, and where that begins: none is walked back over twice
  std::string_view problem_;
  bool broken_ = false;
};

/// What stands against `text` as a file of `l`; nothing when it balances, or its language is not checked.
inline std::optional<std::string> unbalanced(std::string_view text, config::language l) {
  return balance_walker(text, l).problem();
}

}  // namespace snowcoder::synthesize

// SPDX-License-Identifier: Apache-2.0
// Plain traits of a source file that a quality score may turn out to follow: its length, its comments, its documentation, its
// imports. Line by line, by the marks of its language; estimates, not a parse.
#pragma once

#include <snowcoder/config/language.hpp>
#include <snowcoder/core/lines.hpp>

#include <array>
#include <string_view>

namespace snowcoder::annotate {

struct text_traits {
  double bytes = 0, lines = 0;  ///< lines with text
  double comments = 0;          ///< share of the lines that are comments, documentation included
  double docstrings = 0;        ///< share of the lines that document: docstrings, /** … */, ///
  double imports = 0;           ///< lines that import or include

  static constexpr std::array<std::string_view, 5> names{"bytes", "lines", "comments", "docstrings", "imports"};
  constexpr std::array<double, 5> values() const { return {bytes, lines, comments, docstrings, imports}; }
};

namespace detail {

constexpr bool comments_by_hash(config::language l) {
  using enum config::language;
  return l == python || l == jupyter_notebook || l == shell || l == ruby || l == php;
}
constexpr bool is_python(config::language l) {
  return l == config::language::python || l == config::language::jupyter_notebook;
}
/// Does a line (without its blanks in front) import something?
constexpr bool imports(std::string_view line, config::language l) {
  using enum config::language;
  auto const any = [&](auto... words) { return (line.starts_with(std::string_view(words)) || ...); };
  switch (l) {
    case python:
    case jupyter_notebook:
      return any("import ") || (any("from ") && line.find(" import ") != line.npos);
    case c:
    case cpp:
      return any("#include", "# include", "import ");
    case csharp:
      return any("using ") && line.ends_with(';');
    case rust:
      return any("use ", "pub use ", "extern crate ");
    case php:
      return any("use ", "require", "include");
    case ruby:
      return any("require ", "require_relative ", "load ");
    case shell:
      return any("source ", ". ");
    case javascript:
    case typescript:
      return any("import ") || line.find("require(") != line.npos;
    case sql:
      return false;
    default:
      return any("import ", "export ", "part ");
  }
}

}  // namespace detail

constexpr text_traits traits_of(std::string_view text, config::language l) {
  text_traits t;
  t.bytes = double(text.size());
  double comments = 0, docs = 0;
  std::string_view open;  // what ends the block that a line lies in
  bool documents = false;
  for (auto line = take_line(text); !line.empty(); line = take_line(text)) {
    ++t.lines;
    auto const count = [&](bool doc) {
      ++comments;
      docs += doc;
    };
    if (!open.empty()) {
      count(documents);
      if (line.find(open) != line.npos) open = {};
      continue;
    }
    if (detail::is_python(l)) {
      auto const raw = line.substr(line[0] == 'r' || line[0] == 'u' ? 1 : 0), quotes = raw.substr(0, 3);
      if (quotes == "\"\"\"" || quotes == "'''") {
        count(true);
        if (raw.find(quotes, 3) == raw.npos) open = quotes, documents = true;
        continue;
      }
    } else if (!detail::comments_by_hash(l) || l == config::language::php) {
      if (line.starts_with("/*")) {
        documents = line.starts_with("/**") || line.starts_with("/*!");
        count(documents);
        if (line.find("*/", 2) == line.npos) open = "*/";
        continue;
      }
      if (line.starts_with("///") || line.starts_with("//!")) {
        count(true);
        continue;
      }
      if (line.starts_with(l == config::language::sql ? "--" : "//")) {
        count(false);
        continue;
      }
    }
    if (detail::comments_by_hash(l) && line.starts_with('#'))
      count(false);
    else
      t.imports += detail::imports(line, l);
  }
  if (t.lines > 0) t.comments = comments / t.lines, t.docstrings = docs / t.lines;
  return t;
}

}  // namespace snowcoder::annotate

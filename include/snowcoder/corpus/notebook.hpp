// SPDX-License-Identifier: Apache-2.0
// A Jupyter notebook as a script: code cells as they are, markdown cells as comments, outputs and metadata dropped
// (StarCoder's "script" form). Magics stay, behind a comment mark when they are no Python.
#pragma once

#include <snowcoder/io/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace snowcoder::corpus {

namespace detail {

/// A cell's source: a string, or a list of strings.
inline std::optional<std::string> cell_source(io::json const& cell) {
  auto source = cell.find("source");
  if (source == cell.end()) source = cell.find("input");  // format 3 calls code so
  if (source == cell.end()) return std::string();
  if (source->is_string()) return source->get<std::string>();
  if (!source->is_array()) return {};
  std::string text;
  for (auto const& part : *source) {
    if (!part.is_string()) return {};
    text += part.get_ref<std::string const&>();
  }
  return text;
}

inline void append_lines(std::string& out, std::string_view text, bool as_comment) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    auto const line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    bool const magic = line.starts_with('%') || line.starts_with('!');
    if (as_comment || magic) out += line.empty() ? "#" : "# ";
    (out += line) += '\n';
  }
}

}  // namespace detail

/// The script, or why this is no notebook.
inline expected<std::string> notebook_script(std::string_view text, std::string const& where) {
  SNOWCODER_TRY(auto const book, io::parse_json(text, where));
  if (!book.is_object()) return failure("not a notebook: no JSON object", where);
  auto cells = book.find("cells");
  if (cells == book.end()) {  // format 3 keeps them in worksheets
    auto const sheets = book.find("worksheets");
    if (sheets == book.end() || !sheets->is_array() || sheets->empty() || !sheets->front().is_object())
      return failure("not a notebook: no cells", where);
    cells = sheets->front().find("cells");
    if (cells == sheets->front().end()) return failure("not a notebook: no cells", where);
  }
  if (!cells->is_array()) return failure("not a notebook: cells are no list", where);
  std::string script;
  for (auto const& cell : *cells) {
    if (!cell.is_object()) return failure("not a notebook: a cell is no object", where);
    auto const type = cell.find("cell_type");
    auto const source = detail::cell_source(cell);
    if (type == cell.end() || !type->is_string() || !source)
      return failure("not a notebook: a cell without type or text", where);
    auto const& kind = type->get_ref<std::string const&>();
    bool const code = kind == "code";
    if (!code && kind != "markdown" && kind != "heading") continue;  // raw cells belong to converters
    if (source->find_first_not_of(" \t\r\n") == source->npos) continue;
    if (!script.empty()) script += '\n';
    detail::append_lines(script, *source, !code);
  }
  return script;
}

}  // namespace snowcoder::corpus

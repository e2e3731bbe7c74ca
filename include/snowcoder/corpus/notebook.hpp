// SPDX-License-Identifier: Apache-2.0
// A Jupyter notebook as text, in one of StarCoder2's two forms. Script: code cells as they are, markdown cells as comments,
// outputs and metadata dropped; magics stay, behind a comment mark when they are no Python. Structured: markdown, code and
// output one after the other, with the sentinels of the vocabulary between them (tokenize/notebook.hpp makes ids of these).
#pragma once

#include <snowcoder/config/notebook_form.hpp>
#include <snowcoder/io/json.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::corpus {

namespace detail {

/// A text of a notebook: a string, or a list of strings.
inline std::optional<std::string> joined(io::sorted_json const& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return {};
  std::string text;
  for (auto const& part : value) {
    if (!part.is_string()) return {};
    text += part.get_ref<std::string const&>();
  }
  return text;
}

inline std::optional<std::string> cell_source(io::sorted_json const& cell) {
  auto source = cell.find("source");
  if (source == cell.end()) source = cell.find("input");  // format 3 calls code so
  return source == cell.end() ? std::string() : joined(*source);
}

/// What a cell printed: streams, and results as plain text. Pictures, HTML and tracebacks are left out.
inline std::string cell_output(io::sorted_json const& cell) {
  std::string text;
  auto const outputs = cell.find("outputs");
  if (outputs == cell.end() || !outputs->is_array()) return text;
  for (auto const& output : *outputs) {
    if (!output.is_object()) continue;
    auto found = output.find("text");
    if (found == output.end()) {
      auto const data = output.find("data");
      if (data == output.end() || !data->is_object()) continue;
      found = data->find("text/plain");
      if (found == data->end()) continue;
    }
    if (auto const part = joined(*found)) text += *part;
    if (!text.empty() && text.back() != '\n') text += '\n';
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

/// Printed text beyond this says nothing more.
inline constexpr std::size_t longest_output = 2000;

/// Appends `text`; a sentinel that it spells is broken up, so that none is there but those that this file writes.
inline void append_without_sentinels(std::string& out, std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    out += text.front();
    if (text.starts_with("<jupyter_") || text.starts_with("<empty_output>")) out += ' ';
  }
}

/// Appends a cell's text, cut to `limit` bytes, without white space around it; it cannot forge the next cell.
inline void append_cell(std::string& out, std::string_view text, std::size_t limit = std::string_view::npos) {
  auto const begin = std::min(text.find_first_not_of("\n\r"), text.size());
  text.remove_prefix(begin);
  if (text.size() > limit) {
    while (limit > 0 && (text[limit] & 0xc0) == 0x80) --limit;  // not inside a character
    text = text.substr(0, limit);
  }
  append_without_sentinels(out, text.substr(0, text.find_last_not_of(" \t\r\n") + 1));
}

/// A cell that has words: its kind, its text, what it printed.
struct cell {
  bool code = false;
  std::string source, output;
};

inline expected<std::vector<cell>> notebook_cells(std::string_view text, std::string const& where) {
  SNOWCODER_TRY(auto const book, io::parse_json<io::sorted_json>(text, where));
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
  std::vector<cell> found;
  for (auto const& one : *cells) {
    if (!one.is_object()) return failure("not a notebook: a cell is no object", where);
    auto const type = one.find("cell_type");
    auto source = cell_source(one);
    if (type == one.end() || !type->is_string() || !source)
      return failure("not a notebook: a cell without type or text", where);
    auto const& kind = type->get_ref<std::string const&>();
    bool const code = kind == "code";
    if (!code && kind != "markdown" && kind != "heading") continue;  // raw cells belong to converters
    if (source->find_first_not_of(" \t\r\n") == source->npos) continue;
    found.push_back({code, std::move(*source), code ? cell_output(one) : std::string()});
  }
  return found;
}

}  // namespace detail

/// The script, or why this is no notebook.
inline expected<std::string> notebook_script(std::string_view text, std::string const& where) {
  SNOWCODER_TRY(auto const cells, detail::notebook_cells(text, where));
  std::string script;
  for (auto const& c : cells) {
    if (!script.empty()) script += '\n';
    detail::append_lines(script, c.source, !c.code);
  }
  return script;
}

/// `<jupyter_start><jupyter_text>…<jupyter_code>…<jupyter_output>…`, or why this is no notebook. Markdown cells in a row are
/// one text; a code cell that printed nothing has `<empty_output>`. Empty when there is no code.
inline expected<std::string> notebook_structure(std::string_view text, std::string const& where) {
  SNOWCODER_TRY(auto const cells, detail::notebook_cells(text, where));
  std::string out = "<jupyter_start>";
  bool in_text = false, any_code = false;
  for (auto const& c : cells) {
    if (c.code) {
      detail::append_cell(out += "<jupyter_code>", c.source);
      out += "<jupyter_output>";
      auto const before = out.size();
      detail::append_cell(out, c.output, detail::longest_output);
      if (out.size() == before) out += "<empty_output>";
      any_code = true;
    } else {
      detail::append_cell(out += in_text ? "\n" : "<jupyter_text>", c.source);
    }
    in_text = !c.code;
  }
  return any_code ? out : std::string();
}

inline expected<std::string> notebook_text(std::string_view text, config::notebook_form form, std::string const& where) {
  return form == config::notebook_form::script ? notebook_script(text, where) : notebook_structure(text, where);
}

/// A script that came as one, where notebooks have `form`: it must not pass for a structured one, whatever it spells.
inline std::string script_text(std::string text, config::notebook_form form) {
  if (form == config::notebook_form::script) return text;
  std::string plain;
  detail::append_without_sentinels(plain, text);
  return plain;
}

}  // namespace snowcoder::corpus

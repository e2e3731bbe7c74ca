// SPDX-License-Identifier: Apache-2.0
// The little HTML that the report needs: escaping, tables, figures, one page without outside references.
#pragma once

#include <snowcoder/pipeline/plot.hpp>

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace snowcoder::pipeline {

/// Text inside an element or a quoted attribute.
inline std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

class html_page {
 public:
  explicit html_page(std::string const& title) {
    body_ = "<h1>" + escaped(title) + "</h1>\n";
    head_ =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + escaped(title) +
        "</title>\n<style>body{font:15px/1.5 sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#222}"
        "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.15rem .7rem;border-bottom:1px solid #ddd;text-align:right}"
        "td:first-child,th:first-child{text-align:left}pre{background:#f6f6f6;padding:.7rem;overflow:auto;max-height:22rem;"
        "font-size:12px}"
        "h2{margin-top:2.5rem;border-bottom:2px solid #ddd}.note{color:#666}summary{cursor:pointer}</style></head><body>\n";
  }
  void section(std::string const& title) { body_ += "<h2>" + escaped(title) + "</h2>\n"; }
  void heading(std::string const& title) { body_ += "<h3>" + escaped(title) + "</h3>\n"; }
  void text(std::string const& line) { body_ += "<p>" + escaped(line) + "</p>\n"; }
  void note(std::string const& line) { body_ += "<p class=\"note\">" + escaped(line) + "</p>\n"; }
  /// A text that opens on a click.
  void folded(std::string const& title, std::string const& text) {
    body_ += "<details><summary>" + escaped(title) + "</summary><pre>" + escaped(text) + "</pre></details>\n";
  }
  void table(std::vector<std::string> const& head, std::vector<std::vector<std::string>> const& rows) {
    body_ += "<table><tr>";
    for (auto const& h : head) body_ += "<th>" + escaped(h) + "</th>";
    body_ += "</tr>\n";
    for (auto const& row : rows) {
      body_ += "<tr>";
      for (auto const& cell : row) body_ += "<td>" + escaped(cell) + "</td>";
      body_ += "</tr>\n";
    }
    body_ += "</table>\n";
  }
  /// The plot, or the reason why there is none.
  void figure(plot const& p) {
    auto svg = draw(p);
    if (svg)
      body_ += "<figure>" + *svg + "</figure>\n";
    else
      note("No plot: " + svg.error().message());
  }
  std::string finish() const { return head_ + body_ + "</body></html>\n"; }

 private:
  std::string head_, body_;
};

}  // namespace snowcoder::pipeline

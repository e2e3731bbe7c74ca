// SPDX-License-Identifier: Apache-2.0
// measure() in plain loops, a character at a time: what the statistics mean, the oracle of filter/block_pass.hpp, and what
// runs at compile time and where there are no blocks of bytes.
#pragma once

#include <snowcoder/filter/encoded_run.hpp>
#include <snowcoder/filter/statistic.hpp>
#include <snowcoder/filter/unicode_letter.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter::plain {

template <statistic_set Needs>
constexpr document_statistics measure(std::string_view text, std::string_view language = {}, std::string_view path = {}) {
  document_statistics s;
  s.text = text;
  s.language = language;
  s.path = path;
  std::uint64_t line = 0;
  bool open = false;  // does the current line hold anything, or has one just begun?
  for (std::size_t i = 0; i < text.size();) {
    auto const lead = static_cast<unsigned char>(text[i]);
    auto c = code_point{lead, 1, true};
    if (lead >= 0x80) c = first_code_point(text.substr(i));
    i += std::size_t(c.bytes);
    ++s.characters;
    if constexpr (Needs.has(statistic::line_feeds)) s.line_feeds += c.value == '\n';
    if constexpr (Needs.has(statistic::white_space)) s.white_space += c.valid && is_white_space(c.value);
    if constexpr (Needs.has(statistic::digits)) s.digits += c.valid && is_digit(c.value);
    if constexpr (Needs.has(statistic::replaced)) s.replaced += !c.valid || c.value == 0xfffd;
    if constexpr (Needs.has(statistic::letters)) s.letters += c.valid && is_letter(c.value);
    if constexpr (Needs.has(statistic::alphanumerics)) s.alphanumerics += c.valid && is_alphanumeric(c.value);
    if constexpr (Needs.has(statistic::lines)) {
      if (c.value == '\r' && i < text.size() && text[i] == '\n') continue;  // the '\n' ends the line
      open = c.value != '\n' && c.value != '\r';
      if (open) {
        ++line;
        continue;
      }
      ++s.lines;
      s.line_characters += line;
      s.longest_line = std::max(s.longest_line, line);
      line = 0;
    }
  }
  if constexpr (Needs.has(statistic::lines)) {
    s.lines += open;
    s.line_characters += line;
    s.longest_line = std::max(s.longest_line, line);
  }
  if constexpr (Needs.has(statistic::encoded)) {
    s.base64 = base64_runs<encoded_form::published>(text);
    s.hex = hex_runs<encoded_form::published>(text);
  }
  if constexpr (Needs.has(statistic::encoded_corrected)) {
    s.base64_corrected = base64_runs<encoded_form::corrected>(text);
    s.hex_corrected = hex_runs<encoded_form::corrected>(text);
  }
  if constexpr (Needs.has(statistic::encoded) || Needs.has(statistic::encoded_corrected))
    s.unicode_escapes = unicode_escape_runs(text);
  return s;
}

}  // namespace snowcoder::filter::plain

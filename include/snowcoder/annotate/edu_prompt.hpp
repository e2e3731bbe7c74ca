// SPDX-License-Identifier: Apache-2.0
// What a language model is asked for ANN-EDU's labels (paper section 2.3: 400k files, labelled by a chat model; its prompt is
// not printed, this text is ours): one grade for the educational value of a source file, and how the answer is read.
#pragma once

#include <snowcoder/config/annotator.hpp>
#include <snowcoder/config/language.hpp>
#include <snowcoder/core/ascii.hpp>

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace snowcoder::annotate {

/// Bytes of a file that are shown: about two thousand tokens.
inline constexpr std::size_t edu_text_bytes = 6000;

/// The beginning of a text, cut behind a line where there is one in the last half.
inline std::string_view edu_excerpt(std::string_view text) {
  if (text.size() <= edu_text_bytes) return text;
  auto const line = text.rfind('\n', edu_text_bytes - 1);
  if (line != text.npos && line >= edu_text_bytes / 2) return text.substr(0, line + 1);
  auto end = edu_text_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
  return text.substr(0, end);
}

inline std::string edu_system_message() {
  return "You grade source files by how much a learner of programming gains from reading them. You are strict, consistent and "
         "brief.";
}

/// `fence` is a run of back quotes that does not occur in the text.
inline std::string edu_user_message(std::string_view text, config::language l, config::annotator const& a,
                                    std::string_view fence) {
  auto const low = std::to_string(a.edu_lowest), high = std::to_string(a.edu_highest);
  auto const shown = edu_excerpt(text);
  std::string m =
      "Grade the " + std::string(config::title(l)) + " file below from " + low + " to " + high + ".\n\n" + low +
      ": nothing to learn: generated or boilerplate code, data, configuration, broken or empty files.\n" + high +
      ": outstanding teaching material: a self-contained, correct solution of a clear problem, in a sensible "
      "order, with good names and explanations of why, which a course could use as it is.\n\nIn between, add up "
      "what speaks for the file: its purpose can be told; it shows a technique, an algorithm or the use of a "
      "library; it can be understood without the rest of its project; it is well structured and named; its comments "
      "explain. Length alone, licence headers and long comments that repeat the code count for nothing.\n\n";
  ((m += fence) += '\n') += shown;
  if (!shown.ends_with('\n')) m += '\n';
  (m += fence) += shown.size() < text.size() ? "\n(The file goes on; grade what is shown.)\n" : "\n";
  m += "\nAnswer with one sentence of at most 30 words that gives your reason, then a last line of the form\nGrade: N\nwhere N "
       "is a "
       "whole number from " +
       low + " to " + high + ".";
  return m;
}

/// The number behind the last "Grade:" (or "Score:") of an answer; nothing when there is none or it is off the scale.
inline std::optional<double> edu_grade(std::string_view answer, config::annotator const& a) {
  auto const lower = lower_case(answer);
  std::size_t at = std::string::npos;
  for (std::string_view word : {"grade", "score"})
    if (auto const found = lower.rfind(word); found != lower.npos && (at == lower.npos || found > at)) at = found;
  if (at == lower.npos) return {};
  auto const rest = std::string_view(lower).substr(at + 5);
  auto const digit = rest.find_first_not_of(" *:_=\t");
  if (digit == rest.npos) return {};
  double value = 0;
  auto const [end, e] = std::from_chars(rest.data() + digit, rest.data() + rest.size(), value, std::chars_format::fixed);
  if (e != std::errc() || !(value >= a.edu_lowest && value <= a.edu_highest)) return {};
  return value;
}

}  // namespace snowcoder::annotate

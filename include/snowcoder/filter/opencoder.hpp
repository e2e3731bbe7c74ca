// SPDX-License-Identifier: Apache-2.0
// OpenCoder's filter chain (arXiv 2411.04905; opc_data_filtering, pipeline/code_filter_config.py and quality_signals/): those
// of its rules that ask for characters, lines, encoded data and names, with its thresholds.
//
// Left out, because they ask for a lexer, a parser or its word splitter: words and their length, n-gram and line
// repetition, shares of comments, strings, hexadecimal words, TODO and assert lines, and all rules on syntax trees. What
// this chain keeps, OpenCoder may still refuse.
// Ours: lines as everywhere in this library (OpenCoder counts the line end with its line), exact shares (it rounds),
// visible text instead of what BeautifulSoup gives, bytes that are not UTF-8 counted as replaced. The die that it throws over
// Go test files, four in five refused, is a draw keyed by the file (filter/by_draw.hpp).
// opencoder_corrected differs in the meaning of encoded data only (filter/encoded_run.hpp).
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/by_draw.hpp>
#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/character_share.hpp>
#include <snowcoder/filter/encoded_data.hpp>
#include <snowcoder/filter/file_name.hpp>
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/filter/scope.hpp>
#include <snowcoder/filter/visible_share.hpp>
#include <snowcoder/filter/visible_text.hpp>

#include <array>
#include <string_view>

namespace snowcoder::filter {

namespace detail {
/// The first `count` characters.
constexpr std::string_view first_characters(std::string_view text, std::uint64_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end += std::size_t(first_code_point(text.substr(end)).bytes);
  return text.substr(0, end);
}
}  // namespace detail

/// No word of generators within the first `Characters`, in any case. "generate" and "autogen" take in all of StarCoder2's
/// phrases, and much else.
template <std::uint64_t Characters>
struct no_generating_word {
  static constexpr std::string_view name = "no_generating_word";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    auto const head = detail::first_characters(s.text, Characters);
    for (std::string_view phrase : {"generate", "autogen", "do not edit"})
      if (find_ignoring_case(head, phrase) != head.npos) return false;
    return true;
  }
  static constexpr std::string text() { return filter_text(name, Characters); }
};

/// Go's tests, by name.
struct not_go_test {
  static constexpr std::string_view name = "not_go_test";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    constexpr std::string_view end = "_test.go";
    return s.path.size() < end.size() || !equals_ignoring_case(s.path.substr(s.path.size() - end.size()), end);
  }
  static constexpr std::string text() { return std::string(name); }
};

namespace opencoder_scope {
using names = std::string_view;
struct data {  // of what OpenCoder calls data, the languages that data sets of code carry
  static constexpr std::array languages{names("JSON"),  names("JSON with Comments"),
                                        names("JSON5"), names("YAML"),
                                        names("TOML"),  names("INI"),
                                        names("XML"),   names("CSV"),
                                        names("TSV"),   names("CSS"),
                                        names("SCSS")};
};
struct sql {
  static constexpr std::array languages{names("SQL")};
};
struct html {
  static constexpr std::array languages{names("HTML")};
};
struct go {
  static constexpr std::array languages{names("Go")};
};
}  // namespace opencoder_scope

template <encoded_form Form>
using opencoder_chain =
    chain<bytes_at_most<3'000'000>, replaced_at_most<1>, characters_between<50, 3'000'000>,
          only_in<opencoder_scope::data, characters_between<50, 5'000>>, lines_at_least<10>, lines_at_most<100'000>,
          longest_line_at_most<1'000>, mean_line_at_least<5>, mean_line_at_most<100>, visible_alphabetic_at_least<50>,
          not_in<opencoder_scope::sql, visible_digits_at_most<20>>, only_in<opencoder_scope::sql, visible_digits_at_most<30>>,
          white_space_at_most<50>, no_xml_header<100>, no_generating_word<200>, encoded_run_at_most<1'024, Form>,
          encoded_sum_at_most<50, Form>, only_in<opencoder_scope::html, visible_text_at_least<100, 20>>,
          only_in<opencoder_scope::go, refused_by_draw<80, not_go_test>>>;

using opencoder = opencoder_chain<encoded_form::published>;
using opencoder_corrected = opencoder_chain<encoded_form::corrected>;

static_assert(opencoder::refuses("int main() { return 0; }\n") == "characters_between");

}  // namespace snowcoder::filter

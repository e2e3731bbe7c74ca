// SPDX-License-Identifier: Apache-2.0
// Files that a program wrote. Two rules of StarCoder2 (arXiv 2402.19173 section 2.1): a phrase within the first lines, and what
// go-enry's IsGenerated says, by name and by content. Apart from these, names and headers of further generators that the
// published rule does not know.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/document_filter.hpp>
#include <snowcoder/filter/file_name.hpp>
#include <snowcoder/filter/generated_content.hpp>
#include <snowcoder/filter/generated_header.hpp>
#include <snowcoder/filter/generated_name.hpp>
#include <snowcoder/filter/generated_phrase.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter {

namespace detail {

/// `extension` in small letters.
constexpr bool has_generated_content(std::string_view text, std::string_view path, std::string_view extension,
                                     std::uint64_t line_feeds) {
  if (has_generator_header(text, extension)) return true;
  if (extension == ".js" || extension == ".css")
    return is_minified(text, line_feeds) || names_source_map(last_line_of(text, 1)) ||
           names_source_map(last_line_of(text, 2)) ||
           (extension == ".js" && (is_compiled_coffeescript(text) || is_peg_parser(text)));
  if (extension == ".h")
    return is_java_native_header(text) || is_gimp_image(line_of(text, 1)) ||
           (path.ends_with("ppport.h") && contains(line_of(text, 9), "Automatically created by Devel::PPPort"));
  if (extension == ".c") return is_gimp_image(line_of(text, 1));
  if (extension == ".dart") return is_dart_output(line_of(text, 1));
  if (extension == ".map") return is_source_map(text);
  if (extension == ".xml") return is_net_documentation(text);
  if (extension == ".yml") return contains(last_line_of(text, 1), "recorded_with: VCR");
  if (extension == ".yy" || extension == ".yyp") return is_game_maker_file(text);
  if (extension == ".ps" || extension == ".eps" || extension == ".pfa") return is_generated_postscript(text);
  if (extension == ".html" || extension == ".htm" || extension == ".xhtml") return is_generated_page(text);
  return false;
}

/// Extensions that a text without a name may have had, by its language.
constexpr std::array<std::string_view, 2> likely_extensions(std::string_view language) {
  constexpr std::array<std::string_view, 3> known[] = {
      {"C", ".c", ".h"},   {"C++", ".cpp", ".h"}, {"C#", ".cs", ""},     {"CSS", ".css", ""},       {"Dart", ".dart", ""},
      {"Go", ".go", ""},   {"HTML", ".html", ""}, {"Java", ".java", ""}, {"JavaScript", ".js", ""}, {"Objective-C", ".m", ""},
      {"PHP", ".php", ""}, {"Python", ".py", ""}, {"Ruby", ".rb", ""},   {"XML", ".xml", ""}};
  for (auto const& k : known)
    if (k[0] == language) return {k[1], k[2]};
  return {};
}

constexpr bool is_generated(document_statistics const& s) {
  if (s.path.empty()) {
    for (auto const extension : likely_extensions(s.language))
      if (!extension.empty() && has_generated_content(s.text, s.path, extension, s.line_feeds)) return true;
    return false;
  }
  if (has_generated_name(s.path)) return true;
  auto const name = extension(s.path);
  return !name.empty() && has_generated_content(s.text, s.path, lower_case(name), s.line_feeds);
}

}  // namespace detail

/// None of StarCoder2's phrases in the first `Lines` lines, in any case.
template <int Lines>
struct no_generated_phrase {
  static constexpr std::string_view name = "no_generated_phrase";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    return !detail::holds_phrase<detail::generated_phrases<Lines>>(s.text);
  }
  static constexpr std::string text() { return filter_text(name, Lines); }
};

/// What go-enry's IsGenerated keeps. Without a path the extension is guessed from the language.
struct not_generated {
  static constexpr std::string_view name = "not_generated";
  static constexpr statistic_set needs{statistic::line_feeds};
  static constexpr bool keeps(document_statistics const& s) { return !detail::is_generated(s); }
  static constexpr std::string text() { return std::string(name); }
};

/// Further generators: bison, flex, moc, SWIG, bindgen, ANTLR, …, and the names of their files (.pb.go, _pb2.py, .g.dart, …).
struct no_generator_mark {
  static constexpr std::string_view name = "no_generator_mark";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    return !detail::has_generator_name(s.path) && !detail::holds_phrase<detail::generator_marks>(s.text);
  }
  static constexpr std::string text() { return std::string(name); }
};

static_assert(document_filter<not_generated> && document_filter<no_generated_phrase<5>> && document_filter<no_generator_mark>);
static_assert(detail::first_lines("a\nb\nc", 2) == "a\nb\n" && detail::first_lines("a", 5) == "a");

}  // namespace snowcoder::filter

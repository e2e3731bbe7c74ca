// SPDX-License-Identifier: Apache-2.0
// Files that a program wrote. Two rules of StarCoder2: a phrase within the first lines, and what code hosts mark as
// generated: file names and headers of the usual generators (the kinds of rules that go-enry's IsGenerated has, for the
// languages trained on here).
#pragma once

#include <snowcoder/filter/file_name.hpp>
#include <snowcoder/filter/generated_phrase.hpp>

#include <array>
#include <string_view>

namespace snowcoder::filter {

namespace detail {

constexpr std::string_view last_lines(std::string_view text, int count) {
  auto begin = text.size();
  if (begin && text[begin - 1] == '\n') --begin;
  for (; count > 0 && begin > 0; --count) {
    begin = text.substr(0, begin).find_last_of('\n');
    if (begin == text.npos) return text;
  }
  return text.substr(begin);
}
constexpr bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }
constexpr bool ends_with_any(std::string_view text, auto const& ends) {
  for (std::string_view end : ends)
    if (text.ends_with(end)) return true;
  return false;
}

/// Names that generators give: protocol buffers, designers, parsers, lock files, vendored folders.
constexpr bool has_generated_name(std::string_view path) {
  constexpr std::array ends{".pb.go",
                            ".pb.cc",
                            ".pb.h",
                            ".pb.hpp",
                            "_pb2.py",
                            "_pb2.pyi",
                            "_pb2_grpc.py",
                            "_pb.js",
                            "_pb.d.ts",
                            ".pbobjc.h",
                            ".pb.swift",
                            ".pb.dart",
                            ".pbenum.dart",
                            ".pbjson.dart",
                            ".pbgrpc.dart",
                            ".g.dart",
                            ".freezed.dart",
                            ".designer.cs",
                            ".Designer.cs",
                            ".g.cs",
                            ".g.i.cs",
                            ".min.js",
                            "-min.js",
                            ".bundle.js",
                            "_generated.go",
                            ".generated.go",
                            "zz_generated.deepcopy.go",
                            "package-lock.json",
                            "-lock.json",
                            ".grpc.swift"};
  constexpr std::array folders{"node_modules/", "__generated__/"};
  for (std::string_view folder : folders)
    if (path.starts_with(folder) || contains(path, folder)) return true;
  return ends_with_any(path, ends);
}

/// JavaScript that a minifier or a bundler wrote.
constexpr bool is_machine_written_script(std::string_view text, std::string_view language, std::uint64_t line_feeds) {
  if (language != "JavaScript" && language != "TypeScript") return false;
  if (text.size() / (1 + line_feeds) > 110) return true;  // minified
  return contains(last_lines(text, 2), "//# sourceMappingURL=") || contains(last_lines(text, 2), "//@ sourceMappingURL=");
}

/// What code hosts do not count as written by people.
constexpr bool is_generated(document_statistics const& s) {
  return has_generated_name(s.path) || holds_phrase<generated_headers>(s.text) ||
         is_machine_written_script(s.text, s.language, s.line_feeds);
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

struct not_generated {
  static constexpr std::string_view name = "not_generated";
  static constexpr statistic_set needs{statistic::line_feeds};
  static constexpr bool keeps(document_statistics const& s) { return !detail::is_generated(s); }
  static constexpr std::string text() { return std::string(name); }
};

static_assert(document_filter<not_generated> && document_filter<no_generated_phrase<5>>);
static_assert(detail::first_lines("a\nb\nc", 2) == "a\nb\n" && detail::first_lines("a", 5) == "a");

}  // namespace snowcoder::filter

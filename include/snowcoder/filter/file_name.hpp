// SPDX-License-Identifier: Apache-2.0
// Rules on names and headers: plain text files that document something, XML in disguise, extensions left out by hand.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/visible_text.hpp>

namespace snowcoder::filter {

namespace detail {
constexpr std::string_view file_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }
constexpr std::string_view stem(std::string_view path) {
  auto const name = file_name(path);
  auto const dot = name.find_last_of('.');
  return dot == name.npos || dot == 0 ? name : name.substr(0, dot);
}
constexpr std::string_view extension(std::string_view path) { return file_name(path).substr(stem(path).size()); }
}  // namespace detail

/// Plain text is kept when its name promises prose about code: *requirement*, readme, notes, todo, description, cmakelists.
struct documenting_name {
  static constexpr std::string_view name = "documenting_name";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    if (find_ignoring_case(detail::file_name(s.path), "requirement") != s.path.npos) return true;
    for (std::string_view stem : {"readme", "notes", "todo", "description", "cmakelists"})
      if (equals_ignoring_case(detail::stem(s.path), stem)) return true;
    return false;
  }
  static constexpr std::string text() { return std::string(name); }
};

/// "<?xml version=" within the first `Characters` (ASCII) of a file that claims to be something else.
template <std::uint64_t Characters>
struct no_xml_header {
  static constexpr std::string_view name = "no_xml_header";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) {
    return s.text.substr(0, Characters).find("<?xml version=") == s.text.npos;
  }
  static constexpr std::string text() { return filter_text(name, Characters); }
};

static_assert(detail::extension("a/b.tar/c.SQL") == ".SQL" && detail::extension(".bashrc").empty());
static_assert(document_filter<documenting_name> && document_filter<no_xml_header<100>>);

}  // namespace snowcoder::filter

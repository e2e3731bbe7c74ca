// SPDX-License-Identifier: Apache-2.0
// The filter chain of StarCoder1 (arXiv 2305.06161; bigcode-dataset, preprocessing/): long lines and alphanumeric share with
// the per-extension exceptions of its visual inspection, XML headers, HTML, and the size window of JSON and YAML. Comment
// ratio, characters per token and stars belong to its SantaCoder ablations, not to this chain. Extensions that it left out
// are C .cats .w, C# .csx and SQL .pck .pls .tab; SQL .sql has no line limit, SQL .prc asks for letters.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/character_share.hpp>
#include <snowcoder/filter/file_name.hpp>
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/filter/scope.hpp>
#include <snowcoder/filter/visible_text.hpp>

#include <array>
#include <string_view>

namespace snowcoder::filter {

/// `Filter`, for files whose name ends in `Group`'s extensions only (`Only`), or for all others.
template <class Group, bool Only, document_filter Filter>
struct by_extension : Filter {
  static constexpr bool keeps(document_statistics const& s) {
    bool listed = false;
    for (std::string_view e : Group::extensions) listed = listed || equals_ignoring_case(detail::extension(s.path), e);
    return listed != Only || Filter::keeps(s);
  }
  static constexpr std::string text() {
    std::string out = Only ? "by_extension<{" : "by_other_extension<{";
    int n = 0;
    for (std::string_view e : Group::extensions) {
      out += n++ ? ", " : "";
      out += e;
    }
    return ((out += "}, ") += Filter::text()) += '>';
  }
};

/// Keeps nothing; for groups that are left out as a whole.
struct left_out {
  static constexpr std::string_view name = "left_out";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const&) { return false; }
  static constexpr std::string text() { return std::string(name); }
};

namespace starcoder1_scope {
using names = std::string_view;
struct left_out_by_hand {
  static constexpr std::array extensions{names(".cats"), names(".w"),   names(".csx"),
                                         names(".pck"),  names(".pls"), names(".tab")};
};
struct sql {
  static constexpr std::array extensions{names(".sql")};
};
struct sql_procedure {
  static constexpr std::array extensions{names(".prc")};
};
struct json {
  static constexpr std::array languages{names("JSON")};
};
struct data {
  static constexpr std::array languages{names("JSON"), names("YAML")};
};
struct html {
  static constexpr std::array languages{names("HTML")};
};
struct xml {
  static constexpr std::array languages{names("XML"), names("XSLT"), names("HTML")};
};
}  // namespace starcoder1_scope

using starcoder1 =
    chain<by_extension<starcoder1_scope::left_out_by_hand, true, left_out>,
          by_extension<starcoder1_scope::sql, false, not_in<starcoder1_scope::json, longest_line_at_most<1'000>>>,
          by_extension<starcoder1_scope::sql, false, not_in<starcoder1_scope::json, mean_line_at_most<100>>>,
          alphanumeric_at_least<25>, by_extension<starcoder1_scope::sql_procedure, true, alphabetic_at_least<25>>,
          only_in<starcoder1_scope::data, alphabetic_at_least<50>>,
          only_in<starcoder1_scope::data, characters_between<50, 5'000>>, not_in<starcoder1_scope::xml, no_xml_header<100>>,
          only_in<starcoder1_scope::html, visible_text_at_least<101, 20>>>;

static_assert(!starcoder1::refuses("int main() { return 0; }\n"));
static_assert(starcoder1::refuses("<?xml version=\"1.0\"?><a/>\n", "C") == "no_xml_header");
static_assert(starcoder1::refuses("select 1;\n", "SQL", "x/y.pck") == "left_out");

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// The filter chain of DeepSeek-Coder (arXiv 2401.14196 section 2.1, "GitHub Data Crawling and Filtering"): mean line above 100
// or longest above 1,000 characters, less than 25 % letters, "<?xml version=" in the first 100 characters of anything but
// XSLT, HTML with less than 100 visible characters or 20 % of them, JSON and YAML outside of 50 to 5,000 characters. It states
// the rules without code: the meaning of lines, letters and visible text is this library's. Its deduplication of whole
// repositories and its quality model are other stages.
#pragma once

#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/character_share.hpp>
#include <snowcoder/filter/file_name.hpp>
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/filter/scope.hpp>
#include <snowcoder/filter/visible_text.hpp>

#include <array>
#include <string_view>

namespace snowcoder::filter {

namespace deepseek_coder_scope {
using names = std::string_view;
struct xslt {
  static constexpr std::array languages{names("XSLT")};
};
struct html {
  static constexpr std::array languages{names("HTML")};
};
struct data {
  static constexpr std::array languages{names("JSON"), names("YAML")};
};
}  // namespace deepseek_coder_scope

using deepseek_coder = chain<mean_line_at_most<100>, longest_line_at_most<1'000>, alphabetic_at_least<25>,
                             not_in<deepseek_coder_scope::xslt, no_xml_header<100>>,
                             only_in<deepseek_coder_scope::html, visible_text_at_least<100, 20>>,
                             only_in<deepseek_coder_scope::data, characters_between<50, 5'000>>>;

static_assert(!deepseek_coder::refuses("int main() { return 0; }\n"));
static_assert(deepseek_coder::refuses("<?xml version=\"1.0\"?><a/>\n", "HTML") == "no_xml_header");
static_assert(!deepseek_coder::refuses("<?xml version=\"1.0\"?><a/>\n", "XSLT"));

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// The filter chain of StarCoder2 (arXiv 2402.19173 section 2.1), complete: our default, because the paper places itself
// with such pipelines and prints no number. Rules for languages that are not trained on are kept, so that the chain is the
// published one. starcoder2_corrected differs in the meaning of encoded data (filter/encoded_run.hpp) and knows more generators
// (filter/generated_file.hpp).
//
//   for (auto const& file : files)
//     if (auto reason = snowcoder::filter::starcoder2::refuses(file.text)) log(file.path, *reason);
#pragma once

#include <snowcoder/filter/chain.hpp>
#include <snowcoder/filter/character_share.hpp>
#include <snowcoder/filter/encoded_data.hpp>
#include <snowcoder/filter/generated_file.hpp>
#include <snowcoder/filter/line_length.hpp>
#include <snowcoder/filter/scope.hpp>
#include <snowcoder/filter/visible_text.hpp>

#include <array>
#include <string_view>

namespace snowcoder::filter {

namespace starcoder2_scope {
using names = std::string_view;
struct few_lines {
  static constexpr std::array languages{names("Text"), names("JSON"), names("YAML"), names("Web Ontology Language"),
                                        names("Graphviz (DOT)")};
};
struct long_lines {
  static constexpr std::array languages{names("HTML"), names("JSON"), names("Markdown"), names("Roff"), names("Roff Manpage"),
                                        names("SMT"),  names("TeX"),  names("Text"),     names("XML")};
};
struct assembly {
  static constexpr std::array languages{names("Motorola 68K Assembly"), names("WebAssembly")};
};
struct html {
  static constexpr std::array languages{names("HTML")};
};
struct plain_text {
  static constexpr std::array languages{names("Text")};
};
}  // namespace starcoder2_scope

template <encoded_form Form, document_filter... Further>
using starcoder2_chain = chain<lines_at_most<100'000>, only_in<starcoder2_scope::few_lines, lines_at_most<512>>,
                               not_in<starcoder2_scope::long_lines, mean_line_at_most<100>>,
                               not_in<starcoder2_scope::long_lines, longest_line_at_most<1'000>>,
                               only_in<starcoder2_scope::long_lines, longest_line_at_most<100'000>>, no_generated_phrase<5>,
                               not_generated, not_in<starcoder2_scope::assembly, alphabetic_at_least<25>>,
                               only_in<starcoder2_scope::assembly, alphanumeric_at_least<25>>, encoded_run_at_most<1'024, Form>,
                               encoded_share_at_most<50, Form>, only_in<starcoder2_scope::html, visible_text_at_least<100, 20>>,
                               only_in<starcoder2_scope::plain_text, documenting_name>, Further...>;

using starcoder2 = starcoder2_chain<encoded_form::published>;
using starcoder2_corrected = starcoder2_chain<encoded_form::corrected, no_generator_mark>;

static_assert(!starcoder2::refuses("int main() { return 0; }\n"));
static_assert(starcoder2::refuses("0123456789 0123456789 x\n") == "alphabetic_at_least");
static_assert(starcoder2::refuses("# This file is generated. Go away.\nx = 1\n") == "no_generated_phrase");

}  // namespace snowcoder::filter

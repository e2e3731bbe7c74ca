// SPDX-License-Identifier: Apache-2.0
// Rules that hold for some languages only. A scope is an empty type with a list of language names as data sets write them;
// it may name languages that no recipe trains on, so that published chains stay whole.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

#include <array>
#include <concepts>
#include <string>
#include <string_view>

namespace snowcoder::filter {

template <class S>
concept language_scope = requires {
  { S::languages[0] } -> std::convertible_to<std::string_view>;
};

namespace detail {
template <language_scope Scope>
constexpr bool covers(std::string_view language) {
  for (std::string_view l : Scope::languages)
    if (l == language) return true;
  return false;
}
template <language_scope Scope>
constexpr std::string scoped_text(std::string_view how, std::string inner) {
  std::string out(how);
  out += "<{";
  int n = 0;
  for (std::string_view l : Scope::languages) {
    out += n++ ? ", " : "";
    out += l;
  }
  return ((out += "}, ") += inner) += '>';
}
}  // namespace detail

/// `Filter`, for documents of these languages.
template <language_scope Scope, document_filter Filter>
struct only_in : Filter {
  static constexpr bool keeps(document_statistics const& s) { return !detail::covers<Scope>(s.language) || Filter::keeps(s); }
  static constexpr std::string text() { return detail::scoped_text<Scope>("only_in", Filter::text()); }
};

/// `Filter`, for documents of all other languages.
template <language_scope Scope, document_filter Filter>
struct not_in : Filter {
  static constexpr bool keeps(document_statistics const& s) { return detail::covers<Scope>(s.language) || Filter::keeps(s); }
  static constexpr std::string text() { return detail::scoped_text<Scope>("not_in", Filter::text()); }
};

}  // namespace snowcoder::filter

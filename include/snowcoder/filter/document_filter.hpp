// SPDX-License-Identifier: Apache-2.0
// The concept of a filter: a named empty type that says which statistics it needs and keeps a document or not.
#pragma once

#include <snowcoder/core/text.hpp>
#include <snowcoder/filter/document_statistics.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace snowcoder::filter {

/// `name` is the reason given for a drop; `text()` the type as written, which goes into a recipe's fingerprint.
template <class F>
concept document_filter = std::is_empty_v<F> && requires(document_statistics const& s) {
  { F::name } -> std::convertible_to<std::string_view>;
  { F::needs } -> std::convertible_to<statistic_set>;
  { F::keeps(s) } -> std::same_as<bool>;
  { F::text() } -> std::convertible_to<std::string>;
};

/// A filter that can also say what it measured, in the unit of its limit.
template <class F>
concept measuring_filter = document_filter<F> && requires(document_statistics const& s) {
  { F::measured(s) } -> std::convertible_to<double>;
};

/// "longest_line_at_most<1000>".
constexpr std::string filter_text(std::string_view name, std::integral auto... arguments) {
  std::string out(name);
  out += '<';
  int n = 0;
  (((out += n++ ? ", " : ""), append_integer(out, std::int64_t(arguments))), ...);
  out += '>';
  return out;
}

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// What a recipe may name as its splitter (docs/policies/splitter.md).
#pragma once

#include <concepts>
#include <string>
#include <string_view>

namespace snowcoder::tokenize {

namespace detail {
/// Takes pieces and does nothing: nvcc knows no lambda inside a concept.
struct ignore_piece {
  void operator()(std::string_view) const {}
};
}  // namespace detail

/// Cuts text into pieces before byte pairs are merged; no token crosses a cut.
template <class S>
concept splitter = requires(std::string_view text) {
  { S::name } -> std::convertible_to<std::string_view>;
  { S::text() } -> std::convertible_to<std::string>;
  S::split(text, detail::ignore_piece{});
};

}  // namespace snowcoder::tokenize

// SPDX-License-Identifier: Apache-2.0
// From a description to pieces: the two readings of it joined. ASCII goes by masks, 64 bytes at a time; a piece that is
// longer, or not ASCII, or the last of the text, goes by the matcher.
#pragma once

#include <snowcoder/tokenize/detail/byte_masks.hpp>
#include <snowcoder/tokenize/detail/match_cuts.hpp>
#include <snowcoder/tokenize/detail/match_rules.hpp>
#include <snowcoder/tokenize/detail/piece_starts.hpp>

#include <bit>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::tokenize::detail {

template <class S>
struct matcher_of;
template <class S>
requires requires { S::rules; }
struct matcher_of<S> {
  using type = rule_matcher<S>;
};
template <class S>
requires requires { S::cuts; }
struct matcher_of<S> {
  using type = cut_matcher<S>;
};

/// Code point by code point; the oracle of split_by_masks.
template <class S>
void split_by_matching(std::string_view text, auto&& emit) {
  typename matcher_of<S>::type matcher(split_classes());
  while (!text.empty()) text.remove_prefix(matcher.match(text, emit));
}

template <class S, class Masks>
void split_by_masks(std::string_view text, auto&& emit) {
  typename matcher_of<S>::type matcher(split_classes());
  auto const is_ascii = [&](std::size_t i) { return static_cast<signed char>(text[i]) >= 0; };
  for (std::size_t at = 0; at < text.size();) {
    auto const left = text.size() - at;
    char const* const block = text.data() + at;
    auto const masks = left >= 64 ? Masks::of(block) : masks_of_rest<Masks>(block, left);
    auto size = left < 64 ? left : 64;
    auto const foreign = ~masks.ascii & lowest(size);
    if (foreign) size = std::size_t(std::countr_zero(foreign));
    std::size_t begin = 0, last = 0;
    if (size) {
      auto starts = piece_starts<S>(masks, block, size);
      if (starts) last = bit_length(starts) - 1;
      for (; starts; starts &= starts - 1) {
        auto const end = std::size_t(std::countr_zero(starts));
        emit(std::string_view(block + begin, end - begin));
        begin = end;
      }
    }
    at += last;
    if (last && !foreign && left >= 64) continue;
    do at += matcher.match(text.substr(at), emit);  // on while masks would see no whole piece
    while (at < text.size() && (!is_ascii(at) || at + 1 == text.size() || !is_ascii(at + 1)));
  }
}

}  // namespace snowcoder::tokenize::detail

namespace snowcoder::tokenize {

/// What a splitter derives from: `S` has a name and either `rules` (split_rules) or `cuts` (an array of cut).
template <class S>
struct described_split {
  static constexpr std::string text() { return std::string(S::name); }

  /// Calls emit(std::string_view) for each piece of `text`, in order.
  static void split(std::string_view text, auto&& emit) {
    detail::split_by_masks<S, detail::native_masks>(text, std::forward<decltype(emit)>(emit));
  }
};

}  // namespace snowcoder::tokenize

// SPDX-License-Identifier: Apache-2.0
// What a code point is to the splitters: a set of bits looked up in one flat table, built from the generated changes at
// first use (1 MiB, of which code touches a few lines).
#pragma once

#include <snowcoder/core/utf8.hpp>
#include <snowcoder/tokenize/detail/split_classes.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

namespace snowcoder::tokenize {

/// The split_class bits of every code point, indexed by it.
inline std::uint8_t const* split_classes() {
  static std::vector<std::uint8_t> const table = [] {
    std::vector<std::uint8_t> bits(0x110000);
    for (std::size_t i = 0; i < std::size(detail::split_class_changes); ++i) {
      auto const change = detail::split_class_changes[i];
      auto const last = i + 1 == std::size(detail::split_class_changes);
      std::size_t const next = last ? bits.size() : detail::split_class_changes[i + 1] >> 8;
      for (std::size_t p = change >> 8; p < next; ++p) bits[p] = std::uint8_t(change & 255);
    }
    return bits;
  }();
  return table.data();
}

namespace detail {

/// A character as the matchers see it. A byte that is not UTF-8 has no class: it is a symbol.
struct character {
  unsigned bits = 0;
  std::size_t bytes = 0;  ///< 0 where the text ends

  bool ends() const { return bytes == 0; }
  bool is(unsigned any_of) const { return bits & any_of; }
  bool is_symbol() const { return bytes != 0 && !(bits & (split_class::letter | split_class::number | split_class::white)); }
};

inline character character_at(std::string_view text, std::size_t at, std::uint8_t const* classes) {
  if (at >= text.size()) return {};
  auto const byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {classes[byte], 1};
  auto const c = first_code_point(text.substr(at));
  return {c.valid ? classes[c.value] : 0u, std::size_t(c.bytes)};
}

}  // namespace detail

}  // namespace snowcoder::tokenize

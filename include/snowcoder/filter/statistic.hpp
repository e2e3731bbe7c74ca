// SPDX-License-Identifier: Apache-2.0
// What a filter may ask of a document. Filters name the statistics they need; a chain measures their union once, and what
// nobody needs is not compiled into the loop.
//
// Definitions (they differ between published tools, and with them the files that a threshold keeps): a character is a
// Unicode code point, and a byte that is not UTF-8 is one; a line ends at "\n", "\r\n" or "\r", which belong to no line; a
// final line end begins no further line.
#pragma once

#include <snowcoder/filter/encoded_run.hpp>

#include <cstdint>
#include <string_view>

namespace snowcoder::filter {

enum class statistic : std::uint32_t {
  lines = 1,
  letters = 2,
  alphanumerics = 4,
  encoded = 8,
  encoded_corrected = 16,
  line_feeds = 32,
  white_space = 64,
  digits = 128,
  replaced = 256
};

struct statistic_set {
  std::uint32_t bits = 0;
  constexpr statistic_set() = default;
  template <class... S>
  constexpr explicit statistic_set(statistic first, S... more)
      : bits((static_cast<std::uint32_t>(first) | ... | static_cast<std::uint32_t>(more))) {}
  constexpr bool has(statistic s) const { return (bits & static_cast<std::uint32_t>(s)) != 0; }
  friend constexpr statistic_set operator|(statistic_set a, statistic_set b) {
    a.bits |= b.bits;
    return a;
  }
};

/// One document under examination: its text, what is known of it, and the counts that were asked for (others are 0).
struct document_statistics {
  std::string_view text;
  std::string_view language;  ///< as data sets write it: "C++", "HTML"; empty: unknown
  std::string_view path;      ///< may be empty
  std::uint64_t characters = 0;
  std::uint64_t lines = 0, line_characters = 0, longest_line = 0;
  std::uint64_t letters = 0, alphanumerics = 0;
  std::uint64_t white_space = 0, digits = 0;
  std::uint64_t replaced = 0;                 ///< U+FFFD, and bytes that a decoder would make U+FFFD of
  std::uint64_t line_feeds = 0;               ///< "\n", also those of "\r\n"
  encoded_runs base64, hex, unicode_escapes;  ///< as published
  encoded_runs base64_corrected, hex_corrected;
};

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// Limits on the share of letters or of letters and digits among all characters (white space included), in percent, and on
// the number of characters. "Alphabetic" (StarCoder2) and "alphanumeric" (StarCoder1) are different predicates.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

namespace snowcoder::filter {

template <std::uint64_t Percent>
struct alphabetic_at_least {
  static constexpr std::string_view name = "alphabetic_at_least";
  static constexpr statistic_set needs{statistic::letters};
  static constexpr double measured(document_statistics const& s) {
    return s.characters ? 100.0 * double(s.letters) / double(s.characters) : 0.0;
  }
  static constexpr bool keeps(document_statistics const& s) { return s.letters * 100 >= s.characters * Percent; }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Percent>
struct alphanumeric_at_least {
  static constexpr std::string_view name = "alphanumeric_at_least";
  static constexpr statistic_set needs{statistic::alphanumerics};
  static constexpr double measured(document_statistics const& s) {
    return s.characters ? 100.0 * double(s.alphanumerics) / double(s.characters) : 0.0;
  }
  static constexpr bool keeps(document_statistics const& s) { return s.alphanumerics * 100 >= s.characters * Percent; }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Least, std::uint64_t Most>
struct characters_between {
  static constexpr std::string_view name = "characters_between";
  static constexpr statistic_set needs{};
  static constexpr double measured(document_statistics const& s) { return double(s.characters); }
  static constexpr bool keeps(document_statistics const& s) { return s.characters >= Least && s.characters <= Most; }
  static constexpr std::string text() { return filter_text(name, Least, Most); }
};

/// Something other than white space must be there.
struct not_blank {
  static constexpr std::string_view name = "not_blank";
  static constexpr statistic_set needs{};
  static constexpr bool keeps(document_statistics const& s) { return detail::white_space_at(s.text, 0) < s.text.size(); }
  static constexpr std::string text() { return std::string(name); }
};

static_assert(measuring_filter<alphabetic_at_least<25>> && document_filter<not_blank>);

}  // namespace snowcoder::filter

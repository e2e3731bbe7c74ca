// SPDX-License-Identifier: Apache-2.0
// Limits on data written as text (filter/encoded_run.hpp). Each of the three expressions is judged by itself.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

#include <algorithm>

namespace snowcoder::filter {

/// No single match longer than `Limit` characters.
template <std::uint64_t Limit, encoded_form Form = encoded_form::published>
struct encoded_run_at_most {
  static constexpr bool published = Form == encoded_form::published;
  static constexpr std::string_view name = published ? "encoded_run_at_most" : "encoded_run_at_most_corrected";
  static constexpr statistic_set needs{published ? statistic::encoded : statistic::encoded_corrected};
  static constexpr std::uint64_t longest(document_statistics const& s) {
    return std::max({published ? s.base64.longest : s.base64_corrected.longest,
                     published ? s.hex.longest : s.hex_corrected.longest, s.unicode_escapes.longest});
  }
  static constexpr double measured(document_statistics const& s) { return double(longest(s)); }
  static constexpr bool keeps(document_statistics const& s) { return longest(s) <= Limit; }
  static constexpr std::string text() { return filter_text(name, Limit); }
};

/// Matches of no expression cover more than `Percent` of the characters.
template <std::uint64_t Percent, encoded_form Form = encoded_form::published>
struct encoded_share_at_most {
  static constexpr bool published = Form == encoded_form::published;
  static constexpr std::string_view name = published ? "encoded_share_at_most" : "encoded_share_at_most_corrected";
  static constexpr statistic_set needs{published ? statistic::encoded : statistic::encoded_corrected};
  static constexpr std::uint64_t total(document_statistics const& s) {
    return std::max({published ? s.base64.total : s.base64_corrected.total, published ? s.hex.total : s.hex_corrected.total,
                     s.unicode_escapes.total});
  }
  static constexpr double measured(document_statistics const& s) {
    return s.characters ? 100.0 * double(total(s)) / double(s.characters) : 0.0;
  }
  static constexpr bool keeps(document_statistics const& s) { return total(s) * 100 <= s.characters * Percent; }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

/// Matches of all three expressions together cover no more than `Percent` of the characters (OpenCoder's reading).
template <std::uint64_t Percent, encoded_form Form = encoded_form::published>
struct encoded_sum_at_most {
  static constexpr bool published = Form == encoded_form::published;
  static constexpr std::string_view name = published ? "encoded_sum_at_most" : "encoded_sum_at_most_corrected";
  static constexpr statistic_set needs{published ? statistic::encoded : statistic::encoded_corrected};
  static constexpr std::uint64_t total(document_statistics const& s) {
    return (published ? s.base64.total + s.hex.total : s.base64_corrected.total + s.hex_corrected.total) +
           s.unicode_escapes.total;
  }
  static constexpr double measured(document_statistics const& s) {
    return s.characters ? 100.0 * double(total(s)) / double(s.characters) : 0.0;
  }
  static constexpr bool keeps(document_statistics const& s) { return total(s) * 100 <= s.characters * Percent; }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

static_assert(measuring_filter<encoded_run_at_most<1024>> &&
              measuring_filter<encoded_share_at_most<50, encoded_form::corrected>>);

}  // namespace snowcoder::filter

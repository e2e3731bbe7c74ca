// SPDX-License-Identifier: Apache-2.0
// Limits on the number and length of lines, in characters.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

namespace snowcoder::filter {

template <std::uint64_t Limit>
struct lines_at_most {
  static constexpr std::string_view name = "lines_at_most";
  static constexpr statistic_set needs{statistic::lines};
  static constexpr double measured(document_statistics const& s) { return double(s.lines); }
  static constexpr bool keeps(document_statistics const& s) { return s.lines <= Limit; }
  static constexpr std::string text() { return filter_text(name, Limit); }
};

template <std::uint64_t Least>
struct lines_at_least {
  static constexpr std::string_view name = "lines_at_least";
  static constexpr statistic_set needs{statistic::lines};
  static constexpr double measured(document_statistics const& s) { return double(s.lines); }
  static constexpr bool keeps(document_statistics const& s) { return s.lines >= Least; }
  static constexpr std::string text() { return filter_text(name, Least); }
};

template <std::uint64_t Limit>
struct longest_line_at_most {
  static constexpr std::string_view name = "longest_line_at_most";
  static constexpr statistic_set needs{statistic::lines};
  static constexpr double measured(document_statistics const& s) { return double(s.longest_line); }
  static constexpr bool keeps(document_statistics const& s) { return s.longest_line <= Limit; }
  static constexpr std::string text() { return filter_text(name, Limit); }
};

template <std::uint64_t Limit>
struct mean_line_at_most {
  static constexpr std::string_view name = "mean_line_at_most";
  static constexpr statistic_set needs{statistic::lines};
  static constexpr double measured(document_statistics const& s) {
    return s.lines ? double(s.line_characters) / double(s.lines) : 0.0;
  }
  static constexpr bool keeps(document_statistics const& s) { return s.line_characters <= Limit * s.lines; }
  static constexpr std::string text() { return filter_text(name, Limit); }
};

template <std::uint64_t Least>
struct mean_line_at_least {
  static constexpr std::string_view name = "mean_line_at_least";
  static constexpr statistic_set needs{statistic::lines};
  static constexpr double measured(document_statistics const& s) { return mean_line_at_most<Least>::measured(s); }
  static constexpr bool keeps(document_statistics const& s) { return s.line_characters >= Least * s.lines; }
  static constexpr std::string text() { return filter_text(name, Least); }
};

static_assert(measuring_filter<longest_line_at_most<1000>>);
static_assert(!document_filter<int> && !document_filter<document_statistics>);

}  // namespace snowcoder::filter

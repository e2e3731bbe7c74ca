// SPDX-License-Identifier: Apache-2.0
// Limits on what a text is made of, as OpenCoder counts: letters and digits among the characters that are not white space,
// white space and replaced characters among all, in percent; and the size in bytes.
#pragma once

#include <snowcoder/filter/document_filter.hpp>

namespace snowcoder::filter {

namespace detail {
constexpr double percent_of(std::uint64_t part, std::uint64_t all) { return all ? 100.0 * double(part) / double(all) : 0.0; }
constexpr std::uint64_t not_white(document_statistics const& s) { return s.characters - s.white_space; }
}  // namespace detail

template <std::uint64_t Percent>
struct visible_alphabetic_at_least {
  static constexpr std::string_view name = "visible_alphabetic_at_least";
  static constexpr statistic_set needs{statistic::letters, statistic::white_space};
  static constexpr double measured(document_statistics const& s) { return detail::percent_of(s.letters, detail::not_white(s)); }
  static constexpr bool keeps(document_statistics const& s) {
    return detail::not_white(s) && s.letters * 100 >= detail::not_white(s) * Percent;
  }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Percent>
struct visible_digits_at_most {
  static constexpr std::string_view name = "visible_digits_at_most";
  static constexpr statistic_set needs{statistic::digits, statistic::white_space};
  static constexpr double measured(document_statistics const& s) { return detail::percent_of(s.digits, detail::not_white(s)); }
  static constexpr bool keeps(document_statistics const& s) {
    return detail::not_white(s) && s.digits * 100 <= detail::not_white(s) * Percent;
  }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Percent>
struct white_space_at_most {
  static constexpr std::string_view name = "white_space_at_most";
  static constexpr statistic_set needs{statistic::white_space};
  static constexpr double measured(document_statistics const& s) { return detail::percent_of(s.white_space, s.characters); }
  static constexpr bool keeps(document_statistics const& s) {
    return s.characters && s.white_space * 100 <= s.characters * Percent;
  }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Percent>
struct replaced_at_most {
  static constexpr std::string_view name = "replaced_at_most";
  static constexpr statistic_set needs{statistic::replaced};
  static constexpr double measured(document_statistics const& s) { return detail::percent_of(s.replaced, s.characters); }
  static constexpr bool keeps(document_statistics const& s) { return s.replaced * 100 <= s.characters * Percent; }
  static constexpr std::string text() { return filter_text(name, Percent); }
};

template <std::uint64_t Limit>
struct bytes_at_most {
  static constexpr std::string_view name = "bytes_at_most";
  static constexpr statistic_set needs{};
  static constexpr double measured(document_statistics const& s) { return double(s.text.size()); }
  static constexpr bool keeps(document_statistics const& s) { return s.text.size() <= Limit; }
  static constexpr std::string text() { return filter_text(name, Limit); }
};

static_assert(measuring_filter<visible_alphabetic_at_least<50>> && measuring_filter<replaced_at_most<1>>);

}  // namespace snowcoder::filter

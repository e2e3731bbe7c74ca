// SPDX-License-Identifier: Apache-2.0
// HTML must show something: characters outside of tags, comments, scripts and styles, runs of white space counted once.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/document_filter.hpp>

namespace snowcoder::filter {

namespace detail {

constexpr std::uint64_t visible_characters(std::string_view html) {
  std::uint64_t n = 0;
  bool gap = true;
  for (std::size_t i = 0; i < html.size();) {
    if (html[i] == '<') {
      std::size_t end = html.npos;
      std::size_t skip = 1;
      if (html.substr(i, 4) == "<!--") {
        end = html.find("-->", i + 4);
        skip = 3;
      } else {
        end = html.find('>', i);
        for (std::string_view element : {"script", "style"})
          if (equals_ignoring_case(html.substr(i + 1, element.size()), element)) {
            end = find_ignoring_case(html, element == "script" ? "</script" : "</style", i + 1);
            if (end != html.npos) end = html.find('>', end);
          }
      }
      if (end == html.npos) break;
      i = end + skip;
      continue;
    }
    auto const lead = static_cast<unsigned char>(html[i]);
    auto c = code_point{lead, 1, true};
    if (lead >= 0x80) c = first_code_point(html.substr(i));
    i += std::size_t(c.bytes);
    bool const white = is_white_space(c.value);
    n += !white || !gap;
    gap = white;
  }
  return n - (gap && n > 0);
}

}  // namespace detail

/// At least `Least` visible characters, and `Percent` of all characters.
template <std::uint64_t Least, std::uint64_t Percent>
struct visible_text_at_least {
  static constexpr std::string_view name = "visible_text_at_least";
  static constexpr statistic_set needs{};
  static constexpr double measured(document_statistics const& s) { return double(detail::visible_characters(s.text)); }
  static constexpr bool keeps(document_statistics const& s) {
    auto const visible = detail::visible_characters(s.text);
    return visible >= Least && visible * 100 >= s.characters * Percent;
  }
  static constexpr std::string text() { return filter_text(name, Least, Percent); }
};

static_assert(detail::visible_characters("<p>a  b</p><script>if (a<b) c();</script> <!-- no -->c ") == 5);  // "a b c"
static_assert(measuring_filter<visible_text_at_least<100, 20>>);

}  // namespace snowcoder::filter

// SPDX-License-Identifier: Apache-2.0
// Data written as text: runs that look like base64, hexadecimal bytes or \uXXXX escapes. StarCoder2 (arXiv 2402.19173
// section 2.1) gives three regular expressions,
//     base64   [a-zA-Z0-9+/\n=]{64,}
//     hex      (?:\b(?:0x|\\x)?[0-9a-fA-F]{2}(?:,|\b\s*)){8,}
//     unicode  (?:\\u[0-9a-fA-F]{4}){8,}
// and the scanners below find exactly their matches (leftmost, greedy, not overlapping) in one walk each. `published` keeps
// the published oddities: the hex rule misses "0x48, 0x31" and unbroken digits, takes decimal pairs "12,34", and a base64
// run goes through line ends, so word lists count. `corrected` says what was meant.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/filter/unicode_letter.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace snowcoder::filter {

enum class encoded_form : std::uint8_t { published, corrected };

/// Matches of one expression, in characters.
struct encoded_runs {
  std::uint64_t longest = 0, total = 0;

  constexpr void add(std::uint64_t characters) {
    longest = std::max(longest, characters);
    total += characters;
  }
  friend constexpr bool operator==(encoded_runs const&, encoded_runs const&) = default;
};

namespace detail {

constexpr bool hex_pair_at(std::string_view t, std::size_t at) {
  return at + 2 <= t.size() && is_hexadecimal(t[at]) && is_hexadecimal(t[at + 1]);
}

constexpr std::uint64_t characters_in(std::string_view text) {
  std::uint64_t n = 0;
  for (char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

/// Bytes of white space at `at`.
constexpr std::size_t white_space_at(std::string_view t, std::size_t at) {
  auto const begin = at;
  while (at < t.size()) {
    auto const c = first_code_point(t.substr(at));
    if (!is_white_space(c.value) || !c.valid) break;
    at += std::size_t(c.bytes);
  }
  return at - begin;
}

/// Bytes of one repetition of the published hex expression at `at`; 0: none. No choice inside it ever needs to be taken
/// back: after ',' the other branch leads nowhere, and white space cannot begin the next repetition.
constexpr std::size_t published_hex_item(std::string_view t, std::size_t at) {
  auto end = at;
  auto const prefix = t.substr(at, 2);
  if (prefix == "0x" || prefix == "\\x") end += 2;
  if (!hex_pair_at(t, end) || !is_word_boundary(t, at)) return 0;
  end += 2;
  if (end < t.size() && t[end] == ',') return end + 1 - at;
  if (!is_word_boundary(t, end)) return 0;
  return end + white_space_at(t, end) - at;
}

/// One byte as people write it: 0x48, \x48 or 48, then any commas and white space. Sets `told` when prefix or letter shows
/// that it is hexadecimal.
constexpr std::size_t corrected_hex_item(std::string_view t, std::size_t at, bool& told) {
  auto end = at;
  auto const prefix = t.substr(at, 2);
  bool const escaped = prefix == "\\x";
  bool const prefixed = escaped || prefix == "0x" || prefix == "0X";
  if (!escaped && at > 0 && is_word_character(char32_t(static_cast<unsigned char>(t[at - 1])))) return 0;
  if (prefixed) end += 2;
  if (!hex_pair_at(t, end)) return 0;
  told = told || prefixed || is_ascii_letter(t[end]) || is_ascii_letter(t[end + 1]);
  end += 2;
  if (end < t.size() && is_word_character(char32_t(static_cast<unsigned char>(t[end])))) return 0;
  for (;;) {
    auto const next = end + white_space_at(t, end);
    if (next < t.size() && t[next] == ',')
      end = next + 1;
    else
      return next - at;
  }
}

/// Lines of base64 from `at` on, as `corrected` counts them: full lines of at least 60 characters, and the shorter one that
/// ends them. Moves `at` behind what was read.
constexpr std::uint64_t corrected_base64_length(std::string_view t, std::size_t& at) {
  std::uint64_t length = 0;
  for (bool full = true; full;) {
    auto const line = at;
    while (at < t.size() && is_base64(t[at])) ++at;
    full = at - line >= 60;
    if (full || (length && at > line && (at == t.size() || t[at] == '\n' || t[at] == '\r'))) length += at - line;
    if (full && at < t.size() && t[at] == '\r') ++at;
    if (full && at < t.size() && t[at] == '\n')
      ++at;
    else
      full = false;
  }
  return length;
}

/// Matches that begin in [at, to), in one walk. `to` is the end of the text, or a place that no match reaches across; then
/// the stretches of a text can be scanned one by one, and those that hold no match left out.
template <encoded_form Form>
constexpr void add_hex_runs(encoded_runs& found, std::string_view t, std::size_t at, std::size_t to) {
  while (at < to) {
    if (!is_hexadecimal(t[at]) && t[at] != '\\') {
      ++at;
      continue;
    }
    auto end = at;
    int items = 0;
    bool told = Form == encoded_form::published;
    for (std::size_t step = 1; step && end < t.size(); end += step) {
      if constexpr (Form == encoded_form::published)
        step = published_hex_item(t, end);
      else
        step = corrected_hex_item(t, end, told);
      items += step != 0;
    }
    if (items > 0) {  // fewer than eight, or untold: no later start among them sees more
      if (items >= 8 && told) found.add(characters_in(t.substr(at, end - at)));
      at = end;
      continue;
    }
    if constexpr (Form == encoded_form::corrected) {  // digits without any break
      while (end < t.size() && is_hexadecimal(t[end])) ++end;
      if (end - at >= 64) found.add(end - at);
    }
    at = std::max(end, at + 1);
  }
}
constexpr void add_unicode_escape_runs(encoded_runs& found, std::string_view t, std::size_t at, std::size_t to) {
  t = t.substr(0, to);
  for (at = t.find("\\u", at); at < to; at = t.find("\\u", at)) {
    auto end = at;
    while (t.substr(end, 2) == "\\u" && hex_pair_at(t, end + 2) && hex_pair_at(t, end + 4)) end += 6;
    if (end - at >= 6 * 8) found.add(end - at);
    at = std::max(end, at + 1);
  }
}

}  // namespace detail

template <encoded_form Form>
constexpr encoded_runs base64_runs(std::string_view t) {
  encoded_runs found;
  for (std::size_t at = 0; at < t.size();) {
    auto end = at;
    if constexpr (Form == encoded_form::published) {
      while (end < t.size() && (is_base64(t[end]) || t[end] == '\n')) ++end;
      if (end - at >= 64) found.add(end - at);
    } else {
      if (auto const length = detail::corrected_base64_length(t, end)) found.add(length);
    }
    at = std::max(end, at + 1);
  }
  return found;
}
template <encoded_form Form>
constexpr encoded_runs hex_runs(std::string_view t) {
  encoded_runs found;
  detail::add_hex_runs<Form>(found, t, 0, t.size());
  return found;
}
constexpr encoded_runs unicode_escape_runs(std::string_view t) {
  encoded_runs found;
  detail::add_unicode_escape_runs(found, t, 0, t.size());
  return found;
}

static_assert(hex_runs<encoded_form::published>("0x48, 0x31, 0x48, 0x31, 0x48, 0x31, 0x48, 0x31, 0x48").total == 0);
static_assert(hex_runs<encoded_form::corrected>("0x48, 0x31, 0x48, 0x31, 0x48, 0x31, 0x48, 0x31, 0x48").total == 52);
static_assert(hex_runs<encoded_form::published>("12,34,56,78,12,34,56,78").total == 23);
static_assert(hex_runs<encoded_form::corrected>("12,34,56,78,12,34,56,78").total == 0);

}  // namespace snowcoder::filter

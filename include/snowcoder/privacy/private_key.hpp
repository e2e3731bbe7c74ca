// SPDX-License-Identifier: Apache-2.0
// Private keys in PEM, OpenSSH, PGP and PuTTY files, also where the lines are string literals of a program. The lines that say
// what they are stay; what lies between goes.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/plausible_value.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {

/// Between which bytes the key lies whose first line has "KEY" or "Key" at `at`; nothing if that is no such line.
constexpr span private_key_body(std::string_view text, std::size_t at) {
  constexpr std::size_t longest = 16384;
  auto const before = text.substr(0, at);
  std::string_view last;
  std::size_t begin = 0;
  if (before.ends_with("PRIVATE ")) {
    auto const head = before.substr(before.size() < 64 ? 0 : before.size() - 64);
    auto const mark = head.rfind("BEGIN ");
    if (mark == head.npos || head.find('\n', mark) != head.npos) return {};
    begin = at + 3;
    if (text.substr(begin).starts_with(" BLOCK")) begin += 6;
    while (begin < text.size() && (text[begin] == '-' || text[begin] == ' ')) ++begin;
    last = "-- END ";
  } else if (before.ends_with("PuTTY-User-")) {
    begin = text.substr(0, at + longest).find("Private-Lines:", at);
    if (begin == text.npos) return {};
    begin += 14;
    last = "Private-";
  } else {
    return {};
  }
  auto const within = text.substr(0, begin + longest);
  auto end = within.find(last == "-- END " ? "-----END" : last, begin);
  if (end == within.npos) end = within.find("---- END", begin);
  return {begin, end == within.npos ? begin : end};
}

}  // namespace detail

/// The private key whose first line names it at `at`: from the first line of its data to the last, whatever joins them (quotes,
/// signs of concatenation, marks of comments), so that what is left is still one literal or comment.
constexpr std::optional<finding> private_key_at(std::string_view text, std::size_t at) {
  auto const body = detail::private_key_body(text, at);
  std::size_t first = body.end, last = body.begin;
  bool real = false;
  for (auto i = body.begin; i < body.end;) {
    auto begin = i;
    while (i < body.end && is_base64(text[i])) ++i;
    if (i == begin) {
      ++i;
      continue;
    }
    if (text[begin] == 'n' && begin > 0 && text[begin - 1] == '\\') ++begin;  // the escape of an end of line
    auto const run = text.substr(begin, i - begin);
    bool const line = i < text.size() && (text[i] == '\n' || text[i] == '\r' || text[i] == '\\' || detail::is_quote(text[i]));
    if (first == body.end && run.size() >= 32 && looks_random(run) && !compose(run).hexadecimal) first = begin, real = true;
    if (real && (run.size() >= 16 || (run.size() >= 2 && line))) last = i;
  }
  if (!real) return {};
  return finding{kind::key, detector::private_key, {first, last}};
}

}  // namespace snowcoder::privacy

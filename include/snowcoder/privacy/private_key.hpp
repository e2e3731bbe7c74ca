// SPDX-License-Identifier: Apache-2.0
// Private keys in PEM, OpenSSH, PGP and PuTTY files, also where the lines are string literals of a program. The lines that say
// what they are stay; what lies between goes.
#pragma once

#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/plausible_value.hpp>

#include <cstddef>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {

constexpr bool is_base64(char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; }

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

/// Calls found(finding) for the parts of the private key whose first line names it at `at`.
constexpr void private_key_at(std::string_view text, std::size_t at, auto&& found) {
  auto const body = detail::private_key_body(text, at);
  std::size_t first = body.end, last = body.begin;  // of the runs of base64
  bool plain = true, real = false;                  // nothing but base64 and ends of lines
  auto const each_run = [&](auto&& f) {
    for (auto i = body.begin; i < body.end;) {
      auto const begin = i;
      while (i < body.end && detail::is_base64(text[i])) ++i;
      if (i > begin) f(begin, i);
      if (i < body.end && i == begin) ++i;
    }
  };
  for (auto i = body.begin; i < body.end; ++i)
    plain &= detail::is_base64(text[i]) || text[i] == '\n' || text[i] == '\r' || text[i] == '\\' || text[i] == ' ' || text[i] == '\t';
  each_run([&](std::size_t begin, std::size_t end) {
    if (end - begin >= 16 && first == body.end) first = begin;
    if (end - begin >= 16 || (first != body.end && text[end - 1] == '=')) last = end;
    real |= end - begin >= 32 && looks_random(text.substr(begin, end - begin));
  });
  if (!real) return;
  if (plain) {
    for (last = body.end; last > first && !detail::is_base64(text[last - 1]);) --last;
    if (last >= 2 && text[last - 1] == 'n' && text[last - 2] == '\\') last -= 2;  // the escape of the last end of line
    return found(finding{kind::key, detector::private_key, {first, last}});
  }
  each_run([&](std::size_t begin, std::size_t end) {
    if (begin > body.begin && text[begin - 1] == '\\' && text[begin] == 'n') ++begin;
    if (end - begin >= 16 || (end - begin >= 4 && text[end - 1] == '='))
      found(finding{kind::key, detector::private_key, {begin, end}});
  });
}

}  // namespace snowcoder::privacy

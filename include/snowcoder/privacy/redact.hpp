// SPDX-License-Identifier: Apache-2.0
// Replaces e-mail addresses and public network addresses (StarCoder's regular-expression tier, arXiv 2305.06161 section 4).
// The same value gets the same replacement inside a file, and replacements are never redacted again.
#pragma once

#include <snowcoder/privacy/email_address.hpp>
#include <snowcoder/privacy/network_address.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace snowcoder::privacy {

inline constexpr std::string_view email_replacement = "<EMAIL>";
/// Private addresses stand in for public ones, in the order in which a file's different addresses appear.
inline constexpr std::array<std::string_view, 5> ipv4_replacements{"172.16.31.10", "172.16.58.3", "172.16.17.32",
                                                                   "192.168.127.12", "192.168.3.11"};
inline constexpr std::array<std::string_view, 5> ipv6_replacements{
    "fd00:c2b6:b24b:be67:2827:688d:e6a1:6a3b", "fd00:a516:7c1b:17cd:6d81:2137:bd2a:2c5b", "fc00:e968:6179::de52:7100",
    "fc00:db20:35b:7399::5", "fdf8:f53e:61e4::18"};

/// How many values of a kind were replaced, and how many different ones there were.
struct redaction_count {
  std::uint32_t found = 0, different = 0;
  friend bool operator==(redaction_count const&, redaction_count const&) = default;
};

struct redaction {
  std::string text;
  redaction_count emails, ipv4, ipv6;
  bool changed() const { return emails.found + ipv4.found + ipv6.found != 0; }
};

namespace detail {
inline redaction redact_once(std::string_view text) {
  redaction r;
  std::map<std::string_view, std::string_view> seen;
  std::size_t copied = 0;
  auto const replace = [&](span found, redaction_count& count, auto const& choose) {
    auto const [entry, is_new] = seen.try_emplace(text.substr(found.begin, found.end - found.begin));
    if (is_new) entry->second = choose(count.different++);
    ++count.found;
    r.text.append(text, copied, found.begin - copied);
    r.text += entry->second;
    copied = found.end;
  };
  for (std::size_t i = 0; i < text.size();) {
    char const c = text[i];
    if (c == '@' && i > copied) {
      if (auto const found = email_at(text, i); found && found->begin >= copied) {
        replace(*found, r.emails, [](std::uint32_t) { return email_replacement; });
        i = copied;
        continue;
      }
    } else if (detail::is_digit(c) && (i == 0 || !detail::is_digit(text[i - 1])) && i >= copied) {
      if (auto const four = ipv4_at(text, i)) {
        replace(*four, r.ipv4, [](std::uint32_t n) { return ipv4_replacements[n % ipv4_replacements.size()]; });
        i = copied;
        continue;
      }
      if (auto const six = ipv6_at(text, i)) {
        replace(*six, r.ipv6, [](std::uint32_t n) { return ipv6_replacements[n % ipv6_replacements.size()]; });
        i = copied;
        continue;
      }
    }
    ++i;
  }
  r.text.append(text, copied, text.npos);
  return r;
}
}  // namespace detail

/// The text with its personal values replaced, and the counts. Whether numbers are an address or a version depends on the
/// words around them, so a changed text is looked at until nothing changes: redacting twice is redacting once.
inline redaction redact(std::string_view text) {
  auto r = detail::redact_once(text);
  for (bool again = r.changed(); again;) {
    auto next = detail::redact_once(r.text);
    again = next.changed();
    r.text = std::move(next.text);
    for (auto count : {&redaction::emails, &redaction::ipv4, &redaction::ipv6}) {
      (r.*count).found += (next.*count).found;
      (r.*count).different += (next.*count).different;
    }
  }
  return r;
}

}  // namespace snowcoder::privacy

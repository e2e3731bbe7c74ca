// SPDX-License-Identifier: Apache-2.0
// Finds public IPv4 and IPv6 addresses in source code, with the exceptions that keep version numbers, dates, private and
// documentation networks and the well-known resolvers (StarCoder's list).
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/words.hpp>
#include <snowcoder/privacy/email_address.hpp>

#include <array>
#include <cstdint>

namespace snowcoder::privacy {

namespace detail {

/// Does a word go on here? Bytes beyond ASCII count as letters of some script.
constexpr bool goes_on_word(char c) { return is_word_byte(c) || static_cast<unsigned char>(c) >= 0x80; }

constexpr bool contains_lower(std::string_view text, std::string_view lower) {
  return find_ignoring_case(text, lower) != text.npos;
}

/// Networks that lead to nobody (RFC 6890: private, loopback, link-local, documentation, multicast, …).
constexpr bool is_private(std::array<int, 4> const& a) {
  return a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224 || (a[0] == 100 && a[1] >= 64 && a[1] < 128) ||
         (a[0] == 169 && a[1] == 254) || (a[0] == 172 && a[1] >= 16 && a[1] < 32) || (a[0] == 192 && a[1] == 168) ||
         (a[0] == 192 && a[1] == 0 && (a[2] == 0 || a[2] == 2)) ||
         (a[0] == 198 && (a[1] == 18 || a[1] == 19 || (a[1] == 51 && a[2] == 100))) ||
         (a[0] == 203 && a[1] == 0 && a[2] == 113);
}

constexpr bool is_public_resolver(std::string_view address) {
  for (std::string_view known :
       {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "76.76.19.19", "76.223.122.150", "9.9.9.9", "149.112.112.112",
        "208.67.222.222", "208.67.220.220", "8.26.56.26", "8.20.247.20", "94.140.14.14", "94.140.15.15"})
    if (address == known) return true;
  return false;
}

/// Does the text around say that four numbers are a version or a section of a standard, and not an address? StarCoder's rule
/// asks it of one-digit numbers; "[23.2.4.2]" in headers shows that two digits need it too.
constexpr bool looks_like_version(std::string_view text, span found, std::array<int, 4> const& octets) {
  auto const line = found.begin > 24 ? found.begin - 24 : 0;
  auto before = text.substr(line, found.begin - line);
  if (auto const end = before.find_last_of('\n'); end != before.npos) before.remove_prefix(end + 1);
  if (contains_lower(before, "version") || before.ends_with("v") || before.ends_with("==") || before.ends_with(">="))
    return true;
  for (int octet : octets)
    if (octet >= 100) return false;
  auto const first = found.begin > 100 ? found.begin - 100 : 0;
  auto const around = text.substr(first, found.end + 100 - first);
  for (std::string_view word : {"dns", "server", "host", "addr", "ipv4"})
    if (contains_lower(around, word)) return false;
  return true;
}

}  // namespace detail

/// A public IPv4 address that begins at byte `at`.
constexpr std::optional<span> ipv4_at(std::string_view text, std::size_t at) {
  using namespace detail;
  if (at > 0 && (goes_on_word(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '-')) {
    if (text[at - 1] != 'v' || (at > 1 && goes_on_word(text[at - 2]))) return {};
  }
  std::array<int, 4> octets{};
  auto end = at;
  for (int i = 0; i < 4; ++i) {
    if (i && (end >= text.size() || text[end++] != '.')) return {};
    auto const begin = end;
    while (end < text.size() && is_ascii_digit(text[end]) && end - begin < 4)
      octets[std::size_t(i)] = octets[std::size_t(i)] * 10 + (text[end++] - '0');
    if (end == begin || end - begin > 3 || octets[std::size_t(i)] > 255 || (end - begin > 1 && text[begin] == '0')) return {};
  }
  if (end < text.size() && (goes_on_word(text[end]) || text[end] == '-')) return {};
  if (end + 1 < text.size() && text[end] == '.' && goes_on_word(text[end + 1])) return {};
  span const found{at, end};
  if (is_private(octets) || is_public_resolver(text.substr(at, end - at)) || looks_like_version(text, found, octets)) return {};
  return found;
}

/// A public (global unicast, not documentation) IPv6 address that begins at byte `at`.
constexpr std::optional<span> ipv6_at(std::string_view text, std::size_t at) {
  using namespace detail;
  if (at > 0 && (goes_on_word(text[at - 1]) || text[at - 1] == ':' || text[at - 1] == '.')) return {};
  auto end = at;
  int groups = 0, first = 0, second = 0;
  bool gap = false;
  for (;;) {
    int value = 0, digits = 0;
    while (end < text.size() && is_hexadecimal(text[end])) {
      if (++digits > 4) return {};
      auto const c = text[end++];
      value = value * 16 + (is_ascii_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
    }
    if (digits == 0) break;
    if (groups == 0) first = value;
    if (groups == 1 && !gap) second = value;
    if (++groups > 8) return {};
    if (end >= text.size() || text[end] != ':') break;
    if (end + 1 < text.size() && text[end + 1] == ':') {
      if (gap) return {};
      gap = true;
      end += 2;
    } else if (end + 1 < text.size() && is_hexadecimal(text[end + 1])) {
      ++end;
    } else {
      break;
    }
  }
  if (gap ? groups > 7 : groups != 8) return {};
  if (text[end - 1] == ':') return {};  // "2001::" names a network
  if (end < text.size() &&
      (goes_on_word(text[end]) || (text[end] == ':' && end + 1 < text.size() && goes_on_word(text[end + 1]))))
    return {};
  if (first < 0x2000 || first > 0x3fff || (first == 0x2001 && second == 0x0db8)) return {};
  return span{at, end};
}

static_assert(ipv4_at("at 93.184.216.34, say", 3) == span{3, 16});
static_assert(!ipv4_at("10.0.0.1", 0) && !ipv4_at("8.8.8.8", 0) && !ipv4_at("1.2.3.4.5", 0) && !ipv4_at("2.0.1.3", 0) &&
              !ipv4_at("93.184.216.034", 0));
static_assert(ipv4_at("dns 4.2.2.2", 4) && !ipv4_at("Version 93.184.216.34", 8));
static_assert(ipv6_at("[2606:2800:220:1::1]", 1) == span{1, 19} && !ipv6_at("2001:db8::1", 0) && !ipv6_at("12:34:56", 0) &&
              !ipv6_at("fe80::1", 0));

}  // namespace snowcoder::privacy

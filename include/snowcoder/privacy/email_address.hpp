// SPDX-License-Identifier: Apache-2.0
// Finds e-mail addresses in source code. Code is full of text that only looks like one (matrix products `w@x.grad`,
// decorators, git remotes), so an address must end in a domain that people use and must not be called or subscripted.
#pragma once

#include <snowcoder/core/ascii.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

/// Bytes [begin, end) of a text.
struct span {
  std::size_t begin = 0, end = 0;
  friend constexpr bool operator==(span const&, span const&) = default;
};

namespace detail {

constexpr bool is_local(char c) { return is_ascii_alphanumeric(c) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-'; }
constexpr bool is_domain(char c) { return is_ascii_alphanumeric(c) || c == '.' || c == '-'; }

/// Two letters (a country), or one of the generic domains in wide use.
constexpr bool is_top_level_domain(std::string_view label) {
  if (label.size() == 2) return is_ascii_letter(label[0]) && is_ascii_letter(label[1]);
  for (std::string_view known :
       {"com",         "org",      "net",     "edu",        "gov",     "mil",       "int",     "info",      "biz",
        "name",        "pro",      "dev",     "app",        "tech",    "cloud",     "online",  "site",      "xyz",
        "email",       "mail",     "codes",   "software",   "systems", "solutions", "company", "group",     "team",
        "work",        "studio",   "design",  "agency",     "network", "world",     "today",   "live",      "life",
        "blog",        "page",     "space",   "store",      "shop",    "club",      "academy", "institute", "university",
        "engineering", "computer", "digital", "technology", "science", "berlin",    "london",  "paris",     "amsterdam",
        "asia",        "coop",     "museum",  "aero",       "arpa"})
    if (equals_ignoring_case(label, known)) return true;
  return false;
}

/// Names reserved for documentation (RFC 2606) belong to nobody.
constexpr bool is_reserved_domain(std::string_view domain) {
  for (std::string_view reserved : {"example.com", "example.org", "example.net", "example.edu"}) {
    if (domain.size() < reserved.size()) continue;
    auto const tail = domain.substr(domain.size() - reserved.size());
    if (equals_ignoring_case(tail, reserved) &&
        (domain.size() == reserved.size() || domain[domain.size() - reserved.size() - 1] == '.'))
      return true;
  }
  return false;
}

}  // namespace detail

/// The address around the '@' at `at`, if there is one.
constexpr std::optional<span> email_at(std::string_view text, std::size_t at) {
  using namespace detail;
  auto begin = at;
  while (begin > 0 && is_local(text[begin - 1])) --begin;
  while (begin < at && (text[begin] == '.' || text[begin] == '-' || text[begin] == '%' || text[begin] == '+')) ++begin;
  if (begin == at || text[at - 1] == '.' || at - begin > 64) return {};
  if (begin > 0 && (static_cast<unsigned char>(text[begin - 1]) >= 0x80 || text[begin - 1] == '@' || text[begin - 1] == '/' ||
                    text[begin - 1] == ':')) {
    auto const before = text[begin - 1];
    bool const after_scheme = before == ':' && begin >= 7 && text.substr(begin - 7, 7) == "mailto:";
    bool const after_space = before == ':' && !(begin >= 2 && is_local(text[begin - 2]));
    if (!after_scheme && !after_space) return {};  // user:password@host, paths, @scope/name@1.2
  }
  auto end = at + 1;
  while (end < text.size() && is_domain(text[end])) ++end;
  while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  auto const domain = text.substr(at + 1, end - at - 1);
  auto const dot = domain.find_last_of('.');
  if (dot == domain.npos || dot == 0 || domain[0] == '-' || domain.find("..") != domain.npos) return {};
  if (!is_top_level_domain(domain.substr(dot + 1)) || is_reserved_domain(domain)) return {};
  if (end < text.size()) {
    auto const next = text[end];
    if (next == '(' || next == '[' || next == '_' || next == '@' || next == '/' || static_cast<unsigned char>(next) >= 0x80)
      return {};
    if (next == ':' && end + 1 < text.size() && (is_ascii_alphanumeric(text[end + 1]) || text[end + 1] == '/'))
      return {};                                                                  // git@host:owner/name, user@host:port
    if (next == ' ' && end + 1 < text.size() && text[end + 1] == '@') return {};  // a product of matrices goes on
  }
  return span{begin, end};
}

static_assert(email_at("mail jane.doe@mail.org!", 13) == span{5, 22});
static_assert(!email_at("w@x.grad", 1) && !email_at("git@github.com:a/b", 3) && !email_at("a@b.to(device)", 1));

}  // namespace snowcoder::privacy

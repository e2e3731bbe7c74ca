// SPDX-License-Identifier: Apache-2.0
// The password of scheme://user:password@host.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/kind.hpp>
#include <snowcoder/privacy/plausible_value.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {

/// What may stand in the user or password of a URL as programs write it.
constexpr bool is_user_information(char c) {
  return c > ' ' && c < 127 && std::string_view(":/?#[]@'\"`()<>{}\\,;").find(c) == std::string_view::npos;
}

/// Words that manuals and defaults use for a password.
constexpr bool is_common_password(std::string_view value) {
  for (std::string_view word :
       {"pass",   "pwd",  "pw",    "test",     "user",     "guest",   "root",   "admin",  "host",    "token",
        "none",   "null", "abc",   "demo",     "hello",    "welcome", "qwerty", "login",  "default", "letmein",
        "mypass", "pswd", "passw", "username", "postgres", "mysql",   "redis",  "docker", "vagrant", "rabbitmq",
        "mongo",  "foo",  "bar",   "baz",      "true",     "false",   "empty",  "value",  "string",  "text"})
    if (equals_ignoring_case(value, word)) return true;
  return false;
}

}  // namespace detail

/// The password before the '@' at byte `at`.
constexpr std::optional<finding> url_password_at(std::string_view text, std::size_t at) {
  auto begin = at;
  while (begin > 0 && at - begin < 128 && detail::is_user_information(text[begin - 1])) --begin;
  if (at - begin < 4 || begin == 0 || text[begin - 1] != ':') return {};
  auto const colon = begin - 1;
  auto user = colon;
  while (user > 0 && colon - user < 128 && detail::is_user_information(text[user - 1])) --user;
  if (!text.substr(0, user).ends_with("://")) return {};
  auto const value = text.substr(begin, at - begin), name = text.substr(user, colon - user);
  auto letters = value;
  while (!letters.empty() && is_ascii_digit(letters.back())) letters.remove_suffix(1);
  auto const digits = value.size() - letters.size();
  if (value == name || is_template(value) || is_stand_in(value) || is_sequence(value)) return {};
  if (detail::is_common_password(value) || (detail::is_common_password(letters) && digits <= 3)) return {};
  auto const host = text.substr(at + 1, text.find_first_of("/:'\"`) \n\\", at + 1) - at - 1);
  auto const c = compose(value);
  if (c.digits == 0 && detail::contains_lower(value, "pass")) return {};
  if (detail::is_reserved_domain(host) && !(c.digits && looks_random(value, c))) return {};
  if (c.digits == 0 && c.others == 0 &&
      (equals_ignoring_case(name, "user") || equals_ignoring_case(name, "username") || name.empty()))
    return {};
  return finding{kind::password, detector::basic_auth, {begin, at}};
}

static_assert(url_password_at("postgres://app:mX4k9Wq@db/x", 22) && !url_password_at("postgres://user:password@db", 24) &&
              !url_password_at("https://u:${P}@db", 14));

}  // namespace snowcoder::privacy

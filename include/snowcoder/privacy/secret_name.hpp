// SPDX-License-Identifier: Apache-2.0
// Is this the name of a variable, a field or an option that holds a secret, and of which kind?
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/named_key.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

struct secret_name {
  privacy::kind kind = kind::key;
  std::size_t begin = 0, end = 0;  ///< of the whole name
};

namespace detail {

constexpr bool is_name(char c) { return is_ascii_alphanumeric(c) || c == '_' || c == '-'; }

/// What "key" must belong to: a map has keys too.
inline constexpr std::array<std::string_view, 33> keys_of{
    "api",      "auth",   "service",     "account", "db",           "database", "priv",    "private", "client",
    "access",   "secret", "encryption",  "encrypt", "signing",      "sign",     "license", "master",  "shared",
    "consumer", "app",    "application", "storage", "subscription", "session",  "crypt",   "crypto",  "hmac",
    "jwt",      "cipher", "deploy",      "admin",   "webhook",      "aws"};

/// Names of what is said about a secret, and not of one.
inline constexpr std::array<std::string_view, 91> about_secrets{
    "name",   "field",    "label",    "file",    "path",    "url",         "uri",      "hash",     "length",  "len",
    "min",    "max",      "policy",   "regex",   "pattern", "encod",       "hint",     "reset",    "prompt",  "format",
    "error",  "message",  "msg",      "column",  "title",   "placeholder", "class",    "select",   "icon",    "input",
    "algo",   "scheme",   "header",   "ref",     "arn",     "store",       "manager",  "provider", "version", "type",
    "count",  "size",     "index",    "expire",  "button",  "endpoint",    "ident",    "table",    "factory", "spec",
    "gener",  "handl",    "service",  "listen",  "filter",  "util",        "callback", "read",     "writ",    "source",
    "config", "option",   "setting",  "action",  "event",   "request",     "response", "result",   "state",   "status",
    "valid",  "requir",   "change",   "answer",  "time",    "date",        "day",      "attempt",  "fail",    "lock",
    "check",  "strength", "restrict", "through", "thru",    "permission",  "role",     "group",    "flag",    "mode",
    "level"};

constexpr bool is_about_secret(std::string_view suffix) {
  for (auto word : about_secrets)
    if (contains_lower(suffix, word)) return true;
  return has_word(suffix, "id") || has_word(suffix, "env") || has_word(suffix, "var");
}

}  // namespace detail

/// The name around the word of the prefilter (key, pass, pwd, secr, toke, rase) at `at`.
constexpr std::optional<secret_name> secret_name_at(std::string_view text, std::size_t at) {
  using namespace detail;
  auto const rest = text.substr(at, 12);
  auto const begins = [&](std::string_view word) {
    return rest.size() >= word.size() && equals_ignoring_case(rest.substr(0, word.size()), word);
  };
  secret_name name;
  bool bare = false;  // "pass" says less than "password"
  auto end = at;
  auto begin = at;
  while (begin > 0 && at - begin < 48 && (is_name(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  auto stem = text.substr(begin, at - begin);
  // in the middle of a word: "bypass", "monkey", "compass"; "userPass" and "user_pass" are not
  bool const starts = stem.empty() || !is_ascii_letter(stem.back()) || (text[at] < 'a' && stem.back() >= 'a');
  if (begins("key")) {
    end = at + 3;
    while (!stem.empty() && !is_ascii_letter(stem.back())) stem.remove_suffix(1);
    bool known = false;
    for (auto word : keys_of)
      known |= stem.size() >= word.size() && equals_ignoring_case(stem.substr(stem.size() - word.size()), word);
    if (!known) return {};
  } else if (begins("pass")) {
    name.kind = kind::password;
    end = at + (begins("password") ? 8 : begins("passwd") ? 6 : begins("passphrase") ? 10 : begins("passcode") ? 8 : 4);
    if (end == at + 4 && !starts) return {};
    bare = end == at + 4;
  } else if (begins("pwd")) {
    name.kind = kind::password;
    end = at + 3;
    if (!starts && at > 0 && (text[at - 1] | 32) != 'b') return {};
  } else if (begins("secret")) {
    end = at + 6;
  } else if (begins("token")) {
    end = at + 5;
    if (stem.size() >= 3 && equals_ignoring_case(stem.substr(stem.size() - 3), "key")) return {};  // of .NET's public keys
  } else {
    if (at < 5 || !equals_ignoring_case(text.substr(at - 5, 5), "contr") ||
        !(equals_ignoring_case(text.substr(at + 4, 2), "na") || text.substr(at + 4, 3) == "\xc3\xb1"
                                                                                          "a"))
      return {};
    name.kind = kind::password;
    end = at + (text[at + 4] == '\xc3' ? 7 : 6);
  }
  for (std::string_view word : {"public", "invalid", "errcode"})
    if (contains_lower(stem, word)) return {};
  auto const word_end = end;
  while (end < text.size() && end - word_end < 32 && is_name(text[end])) ++end;
  auto const suffix = text.substr(word_end, end - word_end);
  // "passed", "keys", "tokenizer": another word
  if (!suffix.empty() && is_ascii_letter(suffix[0]) && suffix[0] >= 'a' && text[word_end - 1] >= 'a' && suffix != "s")
    return {};
  if (is_about_secret(suffix)) return {};
  if (bare && std::any_of(suffix.begin(), suffix.end(), is_ascii_letter)) return {};
  if (bare && end < text.size() && text[end] == '(') return {};
  if (name.kind == kind::password && contains_lower(suffix, "key")) name.kind = kind::key;
  name.begin = begin;
  name.end = end;
  return name;
}

static_assert(secret_name_at("db_password", 3)->kind == kind::password && secret_name_at("apiKey", 3)->kind == kind::key);
static_assert(!secret_name_at("monkey", 3) && !secret_name_at("bypass", 2) && !secret_name_at("passed", 0) &&
              !secret_name_at("password_hint", 0) && !secret_name_at("tokenizer", 0));

}  // namespace snowcoder::privacy

// SPDX-License-Identifier: Apache-2.0
// name = "value": secrets that are told by the name of what they are given to (detect-secrets' keyword rule). The name alone
// says little, most values beside such names are names, texts and paths themselves; so the value must look like a secret too.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/plausible_value.hpp>
#include <snowcoder/privacy/secret_name.hpp>
#include <snowcoder/privacy/url_password.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {

/// Letters that stand for a number's format or an algorithm rather than for a password: "sha256", "utf8", "arg1".
constexpr bool is_numbered_word(std::string_view letters) {
  for (std::string_view word :
       {"sha",   "md",      "utf",     "aes",    "rsa",   "des",   "base", "hmac",   "iso",    "latin",   "rfc",  "ed",
        "pbkdf", "version", "arg",     "param",  "field", "str",   "val",  "var",    "tmp",    "item",    "row",  "col",
        "type",  "enum",    "port",    "step",   "level", "tls",   "ssl",  "argon",  "sp",     "windows", "win",  "python",
        "node",  "group",   "page",    "index",  "line",  "label", "text", "button", "column", "table",   "data", "file",
        "name",  "part",    "section", "option", "h",     "x",     "v",    "p"})
    if (equals_ignoring_case(letters, word)) return true;
  return false;
}

/// "PBKDF2WithHmacSHA1" beside the name of a key says how, not what.
constexpr bool names_algorithm(std::string_view value) {
  for (std::string_view word : {"hmac", "sha1", "sha2", "sha3", "sha5", "sha-", "pbe", "pbkdf", "aes", "rsa", "dsa", "ecdh",
                                "md5", "bcrypt", "cbc", "padding"})
    if (contains_lower(value, word)) return true;
  return false;
}

/// A value in quotes beside the name of a password.
constexpr bool is_password(std::string_view value) {
  if (value.size() < 4 || value.size() > 128) return false;
  for (char const c : value)
    if (c <= ' ' || c == 127 || std::string_view("\\[]<>(){};|\"'`").find(c) != value.npos) return false;
  if (is_template(value) || is_stand_in(value) || is_sequence(value) || has_uuid(value)) return false;
  if (value.find("://") != value.npos || value.find("::") != value.npos || value[0] == '/' || value[0] == '.' ||
      value[0] == '-')
    return false;
  auto const c = compose(value);
  if (c.letters() == 0 || value.starts_with("0x") || value.starts_with("0X") || names_algorithm(value)) return false;
  std::size_t names = 0;  // letters, digits and what joins names
  for (char const x : value)
    names += is_ascii_alphanumeric(x) || x == '_' || x == '-' || x == '.' || x == '/' || x == ':' || x == ',';
  if (names < value.size()) {  // ! @ # $ % ^ & * + ? = ~
    if (std::string_view("#@&?=%").find(value[0]) != value.npos && !looks_random(value, c)) return false;
    if (value.find('=') != value.npos && !looks_random(value, c)) return false;
    return c.digits > 0 || (value.size() >= 8 && looks_random(value, c));
  }
  if (c.digits == 0) return value.size() >= 8 && c.others == 0 && c.upper > 1 && c.lower > 1 && looks_random(value, c);
  auto letters = value;
  while (!letters.empty() && is_ascii_digit(letters.back())) letters.remove_suffix(1);
  auto const tail = value.size() - letters.size();
  while (!letters.empty() && (letters.back() == '_' || letters.back() == '-' || letters.back() == '.'))
    letters.remove_suffix(1);
  if (is_numbered_word(letters) || (is_common_password(letters) && tail <= 4)) return false;
  if (c.others == 0) return value.size() >= 6 || (value.size() >= 5 && looks_random(value, c));
  if (value.find_first_of("/:,") != value.npos) return value.size() >= 8 && looks_random(value, c);
  return tail >= 2 || looks_random(value, c);
}

/// A value beside the name of a key, a token or a secret.
constexpr bool is_key(std::string_view value) {
  if (value.size() < 9 || value.size() > 512) return false;
  for (char const c : value)
    if (c <= ' ' || c == 127 || c == '"' || c == '\'' || c == '\\') return false;
  auto const c = compose(value);
  if (c.digits == 0 && (value.size() < 16 || c.upper < 2 || c.lower < 2)) return false;
  if (c.letters() == 0 || is_template(value) || is_stand_in(value) || is_sequence(value) || has_uuid(value)) return false;
  if (value.starts_with("0x") || names_algorithm(value) || value.find("://") != value.npos) return false;
  if (c.hexadecimal && (c.upper == 0 || c.lower == 0)) return value.size() >= 16 && c.digits >= 3 && c.different >= 7;
  if (is_encoded_text(value) && value.size() < 24) return false;
  if (c.others * 3 > int(value.size())) return false;
  return looks_random(value, c);
}

struct literal {
  std::size_t begin = 0, end = 0;
  bool quoted = false;
};

/// The literal that is given to the name that ends at `at`, if one is.
constexpr std::optional<literal> given_literal(std::string_view text, std::size_t const name_end) {
  auto at = name_end;
  auto const peek = [&](std::size_t i) { return i < text.size() ? text[i] : '\n'; };
  auto const skip_blanks = [&] {
    auto const begin = at;
    while (peek(at) == ' ' || peek(at) == '\t') ++at;
    return at != begin;
  };
  bool const name_quoted = is_quote(peek(at));
  for (int i = 0; i < 3 && (is_quote(peek(at)) || peek(at) == ']' || (peek(at) == ')' && i)); ++i) ++at;
  if (peek(at) == '[') {  // char password[32]
    auto close = at + 1;
    while (is_ascii_digit(peek(close))) ++close;
    if (peek(close) != ']') return {};
    at = close + 1;
  }
  if (text.substr(at).starts_with(".assign")) at += 7;
  bool const blank = skip_blanks();
  bool loose = false;  // only quoted literals can follow
  bool tight = false;  // NAME=value, as shells and property files write it
  if (peek(at) == ':' && peek(at + 1) != ':' && peek(at + 1) != '=') {
    ++at;
    auto const colon = at;
    skip_blanks();
    if (!is_quote(peek(at))) {  // a type may stand between: password: String = "x"
      auto i = at;
      while (i < at + 40 && (is_name(peek(i)) || std::string_view("&<>?. '").find(peek(i)) != std::string_view::npos) &&
             peek(i) != '=')
        ++i;
      if (peek(i) == '=' && peek(i + 1) != '=' && peek(i + 1) != '>') {
        at = i + 1;
        loose = true;
      }
    }
    tight = !loose && at > colon;
  } else if (peek(at) == ':' && peek(at + 1) == '=') {
    at += 2;
  } else if ((peek(at) == '=' || peek(at) == '!') && !(peek(at) == '!' && peek(at + 1) != '=')) {
    auto const first = at;
    while (at < first + 3 && (peek(at) == '=' || peek(at) == '!' || (peek(at) == '>' && at > first))) ++at;
    tight = at == first + 1 && !blank && !name_quoted;
  } else if (peek(at) == '(' && !name_quoted) {
    ++at;
    loose = true;
  } else if (peek(at) == ',' && name_quoted) {
    ++at;
    loose = true;
  } else if (blank && name_quoted && text.substr(at).starts_with("value=")) {  // <property name="password" value="x"/>
    at += 6;
    loose = true;
  } else if (blank && !name_quoted && is_quote(peek(at))) {  // #define DB_PASSWORD "x"
    if (is_ascii_letter(text[name_end - 1]) && text[name_end - 1] >= 'a') return {};
    loose = true;
  } else {
    return {};
  }
  skip_blanks();
  for (int i = 0; i < 2; ++i)  // @"x", L"x", b'x', rb"x"
    if (!is_quote(peek(at)) && (is_ascii_letter(peek(at)) || peek(at) == '@') &&
        (is_quote(peek(at + 1)) || is_quote(peek(at + 2))))
      ++at;
  if (is_quote(peek(at))) {
    char const quote = peek(at);
    auto const begin = ++at;
    while (peek(at) != quote && peek(at) != '\n' && at - begin <= 512) at += peek(at) == '\\' ? 2 : 1;
    if (peek(at) != quote || at - begin > 512) return {};
    return literal{begin, at, true};
  }
  if (loose) return {};
  auto const begin = at;
  while (at - begin <= 512 && peek(at) > ' ' && peek(at) < 127 &&
         std::string_view("\"'`,;(){}[]<>\\#").find(peek(at)) == std::string_view::npos)
    ++at;
  char const next = peek(at);
  if (next != '\n' && next != '\r' && next != ' ' && next != ';' && next != ',' && next != '"' && next != '\'') return {};
  return tight ? std::optional(literal{begin, at, false}) : std::nullopt;
}

/// a.b.password=… as a whole line, as property files have it.
constexpr bool is_property(std::string_view text, secret_name const& name, std::size_t end) {
  auto const letters = text.substr(name.begin, name.end - name.begin);
  return letters.find('.') != letters.npos && letters[0] != '.' && (name.begin == 0 || text[name.begin - 1] == '\n') &&
         (end == text.size() || text[end] == '\n' || text[end] == '\r');
}

}  // namespace detail

/// The secret that is given to the name around the prefilter's word at `at`.
constexpr std::optional<finding> assigned_secret_at(std::string_view text, std::size_t at) {
  auto const name = secret_name_at(text, at);
  if (!name) return {};
  auto const value = detail::given_literal(text, name->end);
  if (!value) return {};
  auto const letters = text.substr(value->begin, value->end - value->begin);
  bool fits = name->kind == kind::password ? detail::is_password(letters) : detail::is_key(letters);
  if (fits && !value->quoted) {  // most words without quotes are names of variables
    auto const c = compose(letters);
    bool const constant = text[at] < 'a' || detail::is_property(text, *name, value->end);  // DB_PASSWORD=…
    fits = c.digits >= 1 && letters.find_first_of(constant ? ".:/" : ".:/&*+?|~") == letters.npos &&
           (constant ? letters[0] != '$'
                     : (c.token && c.digits >= 2 && looks_random(letters, c)) || (c.hexadecimal && letters.size() >= 24));
  }
  if (!fits) return {};
  return finding{name->kind, detector::keyword, {value->begin, value->end}};
}

}  // namespace snowcoder::privacy

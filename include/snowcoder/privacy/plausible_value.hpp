// SPDX-License-Identifier: Apache-2.0
// What stands where a secret could stand and is none: templates, stand-ins, counts up the alphabet, UUIDs, names. These are the
// rules of detect-secrets and of StarCoder's pipeline (arXiv 2305.06161 section 4), and those that real code asked for.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/letter_pairs.hpp>
#include <snowcoder/privacy/network_address.hpp>
#include <snowcoder/privacy/replacement.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace snowcoder::privacy {

namespace detail {
constexpr bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
}  // namespace detail

/// How many characters of each class a value has.
struct composition {
  int lower = 0, upper = 0, digits = 0, others = 0, different = 0;
  bool hexadecimal = true, token = true;
  constexpr int letters() const { return lower + upper; }
};

constexpr composition compose(std::string_view value) {
  composition c;
  std::array<bool, 256> seen{};
  for (char const x : value) {
    c.lower += x >= 'a' && x <= 'z';
    c.upper += x >= 'A' && x <= 'Z';
    c.digits += is_ascii_digit(x);
    c.others += !is_ascii_alphanumeric(x);
    c.hexadecimal &= is_hexadecimal(x);
    c.token &= detail::pair_column[static_cast<unsigned char>(x)] >= 0;
    auto& s = seen[static_cast<unsigned char>(x)];
    c.different += !s;
    s = true;
  }
  return c;
}

/// Shannon entropy of the bytes, in bits.
inline double entropy(std::string_view value) {
  std::array<int, 256> counts{};
  for (char const x : value) ++counts[static_cast<unsigned char>(x)];
  double sum = 0;
  for (int const n : counts)
    if (n) sum -= n * std::log2(double(n) / double(value.size()));
  return value.empty() ? 0 : sum / double(value.size());
}

/// Drawn at random as far as its characters tell: longer values may cost less a character.
constexpr bool looks_random(std::string_view value, composition const& c) {
  double const one_case = c.lower == 0 || c.upper == 0 ? 0.5 : 0;
  return pair_bits(value) >= (value.size() < 16 ? 6.5 : 6.15) - one_case;
}
constexpr bool looks_random(std::string_view value) { return looks_random(value, compose(value)); }

/// The longest run of letters and digits: random keys have few other characters, names of several words have many.
constexpr std::string_view longest_word(std::string_view value) {
  std::string_view longest;
  for (std::size_t i = 0; i < value.size();) {
    auto const begin = i;
    while (i < value.size() && is_ascii_alphanumeric(value[i])) ++i;
    if (i - begin > longest.size()) longest = value.substr(begin, i - begin);
    if (i == begin) ++i;
  }
  return longest;
}

/// ${x}, {{x}}, <x>, %s, $x, #{x}: filled in elsewhere; `<KEY>` and its like stand for what was redacted.
constexpr bool is_template(std::string_view value) {
  if (value.size() < 2) return true;
  char const first = value.front(), last = value.back();
  if (first == '$' || (first == '{' && last == '}') || (first == '<' && last == '>') || (first == '%' && last == '%') ||
      (first == '[' && last == ']') || (first == '_' && value[1] == '_' && last == '_'))
    return true;
  for (std::string_view mark : {"${", "#{", "{{", "$(", "%(", "%s", "%d", "%v", "%@", "<%", "{}", "{0}"})
    if (value.find(mark) != value.npos) return true;
  return holds_replacement(value);
}

/// "your-key-here", "xxxx", keys that end in EXAMPLE.
constexpr bool is_stand_in(std::string_view value) {
  for (std::string_view word :
       {"example", "sample",   "dummy",  "changeme", "change_me", "change-me", "changeit", "placeholder", "your",
        "xxxx",    "****",     "....",   "redacted", "insert",    "replace",   "foobar",   "foo_bar",     "foo-bar",
        "secret",  "password", "passwd", "passw0rd", "p@ssw0rd",  "p@ssword",  "_key",     "-key",        "apikey",
        "_token",  "-token",   "fake",   "mock",     "invalid",   "testing",   "notreal",  "todo",        "here"})
    if (detail::contains_lower(value, word)) return true;
  return false;
}

/// Half of it or more counts up or down by one or repeats a character: "abcdefgh", "0123456789", "aaaa".
constexpr bool is_sequence(std::string_view value) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < value.size(); ++i) {
    int const step = value[i] - value[i - 1];
    steps += step >= -1 && step <= 1;
  }
  return value.size() < 2 || steps * 2 >= value.size() - 1;
}

/// 8-4-4-4-12 hexadecimal digits, anywhere in the value.
constexpr bool has_uuid(std::string_view value) {
  for (std::size_t at = 0; at + 36 <= value.size(); ++at) {
    bool fits = true;
    for (std::size_t i = 0; fits && i < 36; ++i)
      fits = i == 8 || i == 13 || i == 18 || i == 23 ? value[at + i] == '-' : is_hexadecimal(value[at + i]);
    if (fits) return true;
  }
  return false;
}

/// Base64 of readable text is no key.
constexpr bool is_encoded_text(std::string_view value) {
  unsigned bits = 0;
  int held = 0, readable = 0, bytes = 0;
  for (char const x : value) {
    if (x == '=') break;
    int const column = detail::pair_column[static_cast<unsigned char>(x)];
    int const six = x == '-' ? 62 : x == '_' ? 63 : column;
    if (six < 0 || six > 63) return false;
    bits = bits << 6 | unsigned(six);
    if ((held += 6) >= 8) {
      auto const byte = bits >> (held -= 8) & 255;
      readable += (byte >= 32 && byte < 127) || byte == '\n' || byte == '\t' || byte == '\r';
      ++bytes;
    }
  }
  return bytes >= 6 && readable * 20 >= bytes * 19;
}

/// The body of a token with a known beginning: not a stand-in for one.
constexpr bool is_real_body(std::string_view body) {
  auto const c = compose(body);
  return c.different >= std::min<int>(8, int(body.size()) / 3 + 1) && !is_stand_in(body) && !is_sequence(body);
}

static_assert(is_template("${KEY}") && is_template("<KEY>") && !is_template("a{b}c"));
static_assert(is_stand_in("AK"
                          "IAIOSFODNN7EXAMPLE") &&
              !is_stand_in("hunter2"));
static_assert(is_sequence("abcdefghijklmnop") && is_sequence("0123456789abcdef") && !is_sequence("9f86d081884c7d65"));
static_assert(has_uuid("x6ba7b810-9dad-11d1-80b4-00c04fd430c8") && !has_uuid("6ba7b8109dad11d180b400c04fd430c8"));
static_assert(is_encoded_text("QmFzZSA2NCBTdHJlYW0=") && !is_encoded_text("x7Rq2LmZp0vYw9KdTj4N"));

}  // namespace snowcoder::privacy

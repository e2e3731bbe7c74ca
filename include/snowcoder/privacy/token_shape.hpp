// SPDX-License-Identifier: Apache-2.0
// The shape of a token, written as the field writes it and compiled at compile time: literals, [A-Za-z0-9_-] classes and {n},
// {n,m}, {n,} counts. Every part takes all it can and gives nothing back, so a match is one walk without returns; shapes are
// written so that no part could start with what the part before it takes, or the counts are fixed.
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/privacy/network_address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::privacy {

class token_shape {
 public:
  static constexpr std::size_t most_parts = 8;

  constexpr token_shape(char const* pattern) {
    std::string_view rest = pattern;
    while (!rest.empty()) {
      part p;
      if (rest[0] == '[') {
        rest.remove_prefix(1);
        for (; rest[0] != ']'; rest.remove_prefix(1)) {
          char const low = rest[0];
          char high = low;
          if (rest[1] == '-' && rest[2] != ']') {
            high = rest[2];
            rest.remove_prefix(2);
          }
          for (int c = low; c <= high; ++c) p.set(char(c));
        }
      } else {
        p.set(rest[0]);
      }
      rest.remove_prefix(1);
      if (!rest.empty() && rest[0] == '{') {
        rest.remove_prefix(1);
        p.least = number(rest);
        p.most = p.least;
        if (rest[0] == ',') {
          rest.remove_prefix(1);
          p.most = rest[0] == '}' ? 8192 : number(rest);
        }
        rest.remove_prefix(1);
      }
      parts_[count_++] = p;
    }
  }

  /// Where the match that begins at `at` ends; 0 if there is none. No letter or digit may follow it.
  constexpr std::size_t match(std::string_view text, std::size_t at) const {
    for (std::size_t i = 0; i < count_; ++i) {
      auto const begin = at;
      while (at < text.size() && at - begin < parts_[i].most && parts_[i].has(text[at])) ++at;
      if (at - begin < parts_[i].least) return 0;
    }
    return at < text.size() && is_ascii_alphanumeric(text[at]) ? 0 : at;
  }

 private:
  struct part {
    std::uint64_t low = 0, high = 0;  // a bit for each ASCII character
    std::size_t least = 1, most = 1;
    constexpr void set(char c) { (c < 64 ? low : high) |= std::uint64_t(1) << (c & 63); }
    constexpr bool has(char c) const { return c >= 0 && ((c < 64 ? low : high) >> (c & 63) & 1); }
  };
  static constexpr std::size_t number(std::string_view& rest) {
    std::size_t n = 0;
    for (; is_ascii_digit(rest[0]); rest.remove_prefix(1)) n = n * 10 + std::size_t(rest[0] - '0');
    return n;
  }

  std::array<part, most_parts> parts_{};
  std::size_t count_ = 0;
};

static_assert(token_shape("[A-Z0-9]{4}-[a-c_-]{1,}").match("x AB12-ab-c.", 2) == 11);
static_assert(token_shape("ab{2,3}").match("abbbb", 0) == 0 && token_shape("ab{2,3}").match("abb", 0) == 3);

}  // namespace snowcoder::privacy

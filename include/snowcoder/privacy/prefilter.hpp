// SPDX-License-Identifier: Apache-2.0
// One pass over the bytes that finds the few places where something personal may be. What is looked for there is written in
// the detectors; here is only what all of them need first:
//
//   at_sign(i)          byte i is '@': an e-mail address or a password in a URL lies around it
//   fourth_number(i)    a dot and a digit before byte i, a digit at it, the same two to four bytes before, and again
//                       before that: byte i may begin the fourth number of an IPv4 address
//   second_group(i)     byte i is the ':' after [23] and three hexadecimal digits: a global IPv6 address
//   word(i)             byte i begins key, pass, pwd, secr, toke or rase, in any case: the name of a secret
//   run(begin, end)     16 characters of [A-Za-z0-9+/_=-] or more in a row: a token, a key, a digest, or a long name
#pragma once

#include <snowcoder/core/ascii.hpp>
#include <snowcoder/core/byte_block.hpp>
#include <snowcoder/privacy/network_address.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace snowcoder::privacy {

/// Shorter runs of token characters are not reported.
inline constexpr std::size_t shortest_run = 16;

namespace detail {

constexpr bool is_token(char c) { return is_ascii_alphanumeric(c) || c == '+' || c == '/' || c == '_' || c == '=' || c == '-'; }

inline constexpr std::array<std::string_view, 6> secret_words{"key", "pass", "pwd", "secr", "toke", "rase"};

/// The twin in plain loops.
template <class Visitor>
constexpr void each_candidate_plain(std::string_view text, Visitor&& visitor) {
  std::size_t begin = 0;
  auto const number = [&](std::size_t i) {
    return i >= 2 && is_ascii_digit(text[i]) && text[i - 1] == '.' && is_ascii_digit(text[i - 2]);
  };
  auto const later = [&](std::size_t i, auto const& earlier) {  // a number, and an earlier one right before it
    return number(i) && ((i >= 4 && earlier(i - 2)) || (i >= 5 && earlier(i - 3)) || (i >= 6 && earlier(i - 4)));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == '@') visitor.at_sign(i);
    if (later(i, [&](std::size_t j) { return later(j, number); })) visitor.fourth_number(i);
    if (c == ':' && i >= 4 && is_hexadecimal(text[i - 1]) && is_hexadecimal(text[i - 2]) && is_hexadecimal(text[i - 3]) &&
        (text[i - 4] == '2' || text[i - 4] == '3'))
      visitor.second_group(i);
    for (auto word : secret_words)
      if (equals_ignoring_case(text.substr(i, word.size()), word)) visitor.word(i);
    if (!is_token(c)) {
      if (i - begin >= shortest_run) visitor.run(begin, i);
      begin = i + 1;
    }
  }
  if (text.size() >= begin + shortest_run) visitor.run(begin, text.size());
}

#if defined(SNOWCODER_BYTE_BLOCKS)

/// A mask of this block and the one before it.
struct mask_trail {
  std::uint64_t before = 0, now = 0;
  void next(std::uint64_t mask) {
    before = now;
    now = mask;
  }
  /// Bit i: what the mask says of byte i - `n`.
  std::uint64_t back(int n) const { return now << n | before >> (64 - n); }
};

template <class Visitor>
void each_candidate_by_blocks(std::string_view text, Visitor&& visitor) {
  mask_trail digits, dots, numbers, pairs, colons, hexadecimal, twos, tokens, two, four, eight, sixteen;
  std::size_t open = 0;  // where the run began that reaches the end of the last block
  auto const each_bit = [](std::uint64_t mask, auto&& f) {
    for (; mask; mask &= mask - 1) f(std::size_t(std::countr_zero(mask)));
  };
  each_block(text, [&](char const* p, std::size_t base, std::uint64_t) {
    auto const here = byte_block::load(p), lower = here.lower(), second = byte_block::load(p + 1).lower(),
               third = byte_block::load(p + 2).lower(), fourth = byte_block::load(p + 3).lower();
    each_bit(here.equal('@'), [&](std::size_t i) { visitor.at_sign(base + i); });

    digits.next(here.between('0', '9'));
    dots.next(here.equal('.'));
    auto const after_dot = [&](mask_trail const& m) { return m.back(2) | m.back(3) | m.back(4); };
    numbers.next(digits.now & dots.back(1) & digits.back(2));  // begins a number after a number and a dot
    pairs.next(numbers.now ? numbers.now & after_dot(numbers) : 0);
    if (pairs.now) each_bit(pairs.now & after_dot(pairs), [&](std::size_t i) { visitor.fourth_number(base + i); });
    hexadecimal.next(digits.now | lower.between('a', 'f'));
    twos.next(here.between('2', '3'));
    each_bit(here.equal(':') & hexadecimal.back(1) & hexadecimal.back(2) & hexadecimal.back(3) & twos.back(4),
             [&](std::size_t i) { visitor.second_group(base + i); });

    auto const e = second.equal('e'), a = second.equal('a'), s = third.equal('s');
    auto const words = (lower.equal('k') & e & third.equal('y')) |
                       (lower.equal('p') & ((a & s & fourth.equal('s')) | (second.equal('w') & third.equal('d')))) |
                       (lower.equal('s') & e & third.equal('c') & fourth.equal('r')) |
                       (lower.equal('t') & second.equal('o') & third.equal('k') & fourth.equal('e')) |
                       (lower.equal('r') & a & s & fourth.equal('e'));
    each_bit(words, [&](std::size_t i) { visitor.word(base + i); });

    tokens.next(lower.between('a', 'z') | (here.between('+', '9') & ~(here.equal(',') | dots.now)) | here.equal('_') |
                here.equal('='));
    two.next(tokens.now & tokens.back(1));  // the last so many bytes up to here are token characters
    four.next(two.now & two.back(2));
    eight.next(four.now & four.back(4));
    sixteen.next(eight.now & eight.back(8));
    auto const begins = tokens.now & ~tokens.back(1);
    each_bit(sixteen.back(1) & ~tokens.now, [&](std::size_t end) {
      auto const earlier = begins & ((std::uint64_t(1) << end) - 1);
      visitor.run(earlier ? base + 63 - std::size_t(std::countl_zero(earlier)) : open, base + end);
    });
    if (begins) open = base + 63 - std::size_t(std::countl_zero(begins));
    return true;
  });
  if (sixteen.now >> 63) visitor.run(open, text.size());
}

#endif

}  // namespace detail

template <class Visitor>
void each_candidate(std::string_view text, Visitor&& visitor) {
#if defined(SNOWCODER_BYTE_BLOCKS)
  detail::each_candidate_by_blocks(text, visitor);
#else
  detail::each_candidate_plain(text, visitor);
#endif
}

}  // namespace snowcoder::privacy

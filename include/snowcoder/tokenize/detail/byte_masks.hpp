// SPDX-License-Identifier: Apache-2.0
// 64 bytes as bit masks: bit i of a mask says whether byte i is of that class. Three makers of the same masks: AVX-512,
// AVX2, and plain C++, which is the twin of both. Device compilers see the plain one only.
#pragma once

#include <snowcoder/tokenize/detail/split_classes.hpp>

#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>

#if !defined(__CUDACC__) && (defined(__AVX2__) || (defined(__AVX512BW__) && defined(__AVX512VBMI__)))
#include <immintrin.h>
#endif

namespace snowcoder::tokenize::detail {

/// Bits of bytes that are not ASCII mean nothing in any mask but `ascii`.
struct byte_masks {
  std::uint64_t ascii, letter, capital, digit, white, line_end, space, apostrophe, slash, punctuation;
};

/// What a byte is; `capital` is told apart by bit 5 of the letter.
enum byte_class : unsigned char {
  byte_letter = 1,
  byte_digit = 2,
  byte_white = 4,
  byte_line_end = 8,
  byte_space = 16,
  byte_apostrophe = 32,
  byte_slash = 64,
  byte_punctuation = 128,
};

/// From the generated classes, so that ASCII is what it is to Hugging Face too.
inline constexpr auto byte_classes = [] {
  std::array<std::uint8_t, 128> table{};
  std::size_t change = 0;
  for (std::size_t c = 0; c < 128; ++c) {
    if (change + 1 < std::size(split_class_changes) && split_class_changes[change + 1] >> 8 <= c) ++change;
    auto const bits = split_class_changes[change];
    table[c] = std::uint8_t((bits & split_class::letter ? byte_letter : 0) | (bits & split_class::number ? byte_digit : 0) |
                            (bits & split_class::white ? byte_white : 0) | (c == '\r' || c == '\n' ? byte_line_end : 0) |
                            (c == ' ' ? byte_space : 0) | (c == '\'' ? byte_apostrophe : 0) | (c == '/' ? byte_slash : 0) |
                            (bits & split_class::punctuation ? byte_punctuation : 0));
  }
  return table;
}();

/// Plain C++: a table look-up a byte, then the same bit of eight bytes gathered by one multiplication.
struct plain_masks {
  static byte_masks of(char const* text) {
    byte_masks m{};
    for (int at = 0; at < 64; at += 8) {
      std::uint64_t raw = 0, classes = 0;
      for (int i = 0; i < 8; ++i) {
        auto const byte = static_cast<unsigned char>(text[at + i]);
        raw |= std::uint64_t(byte) << (8 * i);
        classes |= std::uint64_t(byte_classes[byte & 127]) << (8 * i);
      }
      auto const gather = [at](std::uint64_t bytes, int bit) {
        return (((bytes >> bit) & 0x0101010101010101u) * 0x0102040810204080u >> 56) << at;
      };
      m.ascii |= gather(~raw, 7);
      m.capital |= gather(~raw, 5);
      m.letter |= gather(classes, 0);
      m.digit |= gather(classes, 1);
      m.white |= gather(classes, 2);
      m.line_end |= gather(classes, 3);
      m.space |= gather(classes, 4);
      m.apostrophe |= gather(classes, 5);
      m.slash |= gather(classes, 6);
      m.punctuation |= gather(classes, 7);
    }
    m.capital &= m.letter;
    return m;
  }
};

#if !defined(__CUDACC__) && defined(__AVX512BW__) && defined(__AVX512VBMI__)
/// AVX-512: one look-up of 64 bytes in the table of 128. Twin: plain_masks.
struct avx512_masks {
  static byte_masks of(char const* text) {
    auto const bytes = _mm512_loadu_si512(text);
    auto const classes =
        _mm512_permutex2var_epi8(_mm512_loadu_si512(byte_classes.data()), bytes, _mm512_loadu_si512(byte_classes.data() + 64));
    auto const with = [&](byte_class c) { return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(char(c))); };
    byte_masks m;
    m.ascii = ~_mm512_movepi8_mask(bytes);
    m.letter = with(byte_letter);
    m.capital = m.letter & _mm512_testn_epi8_mask(bytes, _mm512_set1_epi8(0x20));
    m.digit = with(byte_digit);
    m.white = with(byte_white);
    m.line_end = with(byte_line_end);
    m.space = with(byte_space);
    m.apostrophe = with(byte_apostrophe);
    m.slash = with(byte_slash);
    m.punctuation = with(byte_punctuation);
    return m;
  }
};
using native_masks = avx512_masks;

#elif !defined(__CUDACC__) && defined(__AVX2__)
/// AVX2: comparisons with the ends of each class. Twin: plain_masks.
struct avx2_masks {
  static byte_masks of(char const* text) {
    auto const low = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(text));
    auto const high = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(text + 32));
    auto const mask = [&](auto&& test) {
      return std::uint64_t(std::uint32_t(_mm256_movemask_epi8(test(low)))) |
             std::uint64_t(std::uint32_t(_mm256_movemask_epi8(test(high)))) << 32;
    };
    auto const is = [&](char c) { return mask([c](__m256i bytes) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(c)); }); };
    byte_masks m;
    m.ascii = ~mask([](__m256i bytes) { return bytes; });
    m.letter = mask([](__m256i bytes) { return between(_mm256_or_si256(bytes, _mm256_set1_epi8(0x20)), 'a', 'z'); });
    m.capital = m.letter & ~mask([](__m256i bytes) { return _mm256_slli_epi16(bytes, 2); });
    m.digit = mask([](__m256i bytes) { return between(bytes, '0', '9'); });
    m.space = is(' ');
    m.white = m.space | mask([](__m256i bytes) { return between(bytes, '\t', '\r'); });
    m.line_end = is('\r') | is('\n');
    m.apostrophe = is('\'');
    m.slash = is('/');
    m.punctuation = mask([](__m256i bytes) {  // by the two halves of the byte: the rows that a column has
      auto const columns = _mm256_shuffle_epi8(table(punctuation_rows), _mm256_and_si256(bytes, _mm256_set1_epi8(15)));
      auto const row = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
      auto const bit = _mm256_shuffle_epi8(table({1, 2, 4, 8, 16, 32, 64, 128}), row);
      return _mm256_cmpgt_epi8(_mm256_min_epu8(_mm256_and_si256(columns, bit), _mm256_set1_epi8(1)), _mm256_setzero_si256());
    });
    return m;
  }

 private:
  using row_bits = std::array<std::uint8_t, 16>;
  static constexpr row_bits punctuation_rows = [] {
    row_bits rows{};
    for (std::size_t c = 0; c < 128; ++c)
      if (byte_classes[c] & byte_punctuation) rows[c & 15] = std::uint8_t(rows[c & 15] | 1u << (c >> 4));
    return rows;
  }();
  static __m256i table(row_bits const& rows) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<__m128i const*>(rows.data())));
  }
  static __m256i between(__m256i bytes, int first, int last) {
    auto const from_lowest = _mm256_sub_epi8(bytes, _mm256_set1_epi8(char(first - 128)));
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(char(last - first + 1 - 128)), from_lowest);
  }
};
using native_masks = avx2_masks;

#else
using native_masks = plain_masks;
#endif

/// The masks of `size` < 64 bytes; those behind them are zero bytes.
template <class Masks>
byte_masks masks_of_rest(char const* text, std::size_t size) {
  char bytes[64] = {};
  std::memcpy(bytes, text, size);
  return Masks::of(bytes);
}

}  // namespace snowcoder::tokenize::detail

// SPDX-License-Identifier: Apache-2.0
// What BERT's basic tokenizer asks of 64 bytes at once: which are white space, which belong to a word, which ask for the
// code-point path (bytes of other scripts, control characters); the rest is punctuation. AVX-512, AVX2 or SSE2, whichever
// the build has; the plain loop is the twin that the tests hold them against, and what nvcc sees.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__) && !defined(__CUDACC__)
#include <immintrin.h>
#endif

namespace snowcoder::tokenize::detail {

/// Bit i speaks of byte i. `hard` is part of `word`; bytes in neither `word` nor `space` are punctuation.
struct ascii_block {
  std::uint64_t word = 0, space = 0, hard = 0;
  friend bool operator==(ascii_block const&, ascii_block const&) = default;
};

/// Reads 64 bytes; writes them to `out`, ASCII letters lower-cased if `lower`.
inline ascii_block read_ascii_block_plain(char const* text, char* out, bool lower) {
  ascii_block b;
  for (int i = 0; i < 64; ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const upper = c >= 'A' && c <= 'Z', space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    bool const hard = c >= 0x7f || (c < 0x20 && !space);
    bool const word = hard || upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    b.word |= std::uint64_t(word) << i;
    b.space |= std::uint64_t(space) << i;
    b.hard |= std::uint64_t(hard) << i;
    out[i] = char(c | (upper && lower ? 0x20 : 0));
  }
  return b;
}

#if defined(__SSE2__) && !defined(__CUDACC__)

#if defined(__AVX512BW__)
struct byte_lanes {
  static constexpr int width = 64;
  __m512i v;
  static byte_lanes load(char const* p) { return {_mm512_loadu_si512(p)}; }
  std::uint64_t equal(char c) const { return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c)); }
  std::uint64_t within(char first, int count) const {  // first <= byte < first + count
    return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(first)), _mm512_set1_epi8(char(count)));
  }
  std::uint64_t high() const { return _mm512_movepi8_mask(v); }
  void store_lower(char* p) const {
    auto const upper = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('A')), _mm512_set1_epi8(26));
    _mm512_storeu_si512(p, _mm512_mask_add_epi8(v, upper, v, _mm512_set1_epi8(0x20)));
  }
  void store(char* p) const { _mm512_storeu_si512(p, v); }
};
#elif defined(__AVX2__)
struct byte_lanes {
  static constexpr int width = 32;
  __m256i v;
  static byte_lanes load(char const* p) { return {_mm256_loadu_si256(reinterpret_cast<__m256i const*>(p))}; }
  static std::uint64_t bits(__m256i m) { return std::uint32_t(_mm256_movemask_epi8(m)); }
  __m256i lanes_within(char first, int count) const {
    auto const shifted = _mm256_sub_epi8(v, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(shifted, _mm256_set1_epi8(char(count - 1))), shifted);
  }
  std::uint64_t equal(char c) const { return bits(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))); }
  std::uint64_t within(char first, int count) const { return bits(lanes_within(first, count)); }
  std::uint64_t high() const { return bits(v); }
  void store_lower(char* p) const {
    auto const step = _mm256_and_si256(lanes_within('A', 26), _mm256_set1_epi8(0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_add_epi8(v, step));
  }
  void store(char* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
};
#else
struct byte_lanes {
  static constexpr int width = 16;
  __m128i v;
  static byte_lanes load(char const* p) { return {_mm_loadu_si128(reinterpret_cast<__m128i const*>(p))}; }
  static std::uint64_t bits(__m128i m) { return std::uint32_t(_mm_movemask_epi8(m)); }
  __m128i lanes_within(char first, int count) const {
    auto const shifted = _mm_sub_epi8(v, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(char(count - 1))), shifted);
  }
  std::uint64_t equal(char c) const { return bits(_mm_cmpeq_epi8(v, _mm_set1_epi8(c))); }
  std::uint64_t within(char first, int count) const { return bits(lanes_within(first, count)); }
  std::uint64_t high() const { return bits(v); }
  void store_lower(char* p) const {
    auto const step = _mm_and_si128(lanes_within('A', 26), _mm_set1_epi8(0x20));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm_add_epi8(v, step));
  }
  void store(char* p) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), v); }
};
#endif

inline ascii_block read_ascii_block(char const* text, char* out, bool lower) {
  ascii_block b;
  for (int i = 0; i < 64; i += byte_lanes::width) {
    auto const v = byte_lanes::load(text + i);
    auto const space = v.equal(' ') | v.equal('\t') | v.equal('\n') | v.equal('\r');
    auto const hard = v.high() | v.equal(0x7f) | (v.within(0, 0x20) & ~space);
    auto const word = hard | v.within('a', 26) | v.within('A', 26) | v.within('0', 10);
    if (lower)
      v.store_lower(out + i);
    else
      v.store(out + i);
    b.word |= word << i;
    b.space |= space << i;
    b.hard |= hard << i;
  }
  return b;
}

#else

inline ascii_block read_ascii_block(char const* text, char* out, bool lower) {
  return read_ascii_block_plain(text, out, lower);
}

#endif

}  // namespace snowcoder::tokenize::detail

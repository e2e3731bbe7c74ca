// SPDX-License-Identifier: Apache-2.0
// Which of 64 bytes belong to a word (core/words.hpp), as a mask with bit i for byte i. AVX-512, AVX2 or SSE2, whichever the
// build has; the plain loop is the twin that tests hold them against, and what nvcc sees.
#pragma once

#include <snowcoder/core/words.hpp>

#include <cstdint>

#if !defined(__CUDACC__) && defined(__SSE2__)
#include <immintrin.h>
#endif

namespace snowcoder {

constexpr std::uint64_t word_mask_plain(char const* p) {
  std::uint64_t mask = 0;
  for (int i = 0; i < 64; ++i) mask |= std::uint64_t(is_word_byte(p[i])) << i;
  return mask;
}

#if defined(__CUDACC__) || !defined(__SSE2__)
inline std::uint64_t word_mask(char const* p) { return word_mask_plain(p); }
#elif defined(__AVX512BW__)
inline std::uint64_t word_mask(char const* p) {
  auto const v = _mm512_loadu_si512(p);
  auto const lower = _mm512_or_si512(v, _mm512_set1_epi8(32));
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(lower, _mm512_set1_epi8('a')), _mm512_set1_epi8(26)) |
         _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8('0')), _mm512_set1_epi8(10)) |
         _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('_'));
}
#elif defined(__AVX2__)
inline std::uint64_t word_mask(char const* p) {
  auto const within = [](__m256i v, char first, char last) {  // first <= byte <= last, unsigned
    auto const above = _mm256_sub_epi8(v, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(char(last - first))), above);
  };
  auto const half = [&](char const* q) {
    auto const v = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(q));
    auto const letters = within(_mm256_or_si256(v, _mm256_set1_epi8(32)), 'a', 'z');
    auto const others = _mm256_or_si256(within(v, '0', '9'), _mm256_cmpeq_epi8(v, _mm256_set1_epi8('_')));
    return std::uint64_t(std::uint32_t(_mm256_movemask_epi8(_mm256_or_si256(letters, others))));
  };
  return half(p) | half(p + 32) << 32;
}
#else
inline std::uint64_t word_mask(char const* p) {
  auto const within = [](__m128i v, char first, char last) {
    auto const above = _mm_sub_epi8(v, _mm_set1_epi8(first));
    return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(char(last - first))), above);
  };
  std::uint64_t mask = 0;
  for (int i = 0; i < 64; i += 16) {
    auto const v = _mm_loadu_si128(reinterpret_cast<__m128i const*>(p + i));
    auto const letters = within(_mm_or_si128(v, _mm_set1_epi8(32)), 'a', 'z');
    auto const others = _mm_or_si128(within(v, '0', '9'), _mm_cmpeq_epi8(v, _mm_set1_epi8('_')));
    mask |= std::uint64_t(std::uint32_t(_mm_movemask_epi8(_mm_or_si128(letters, others)))) << i;
  }
  return mask;
}
#endif

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// Products of bytes and of 16-bit integers, added up in 32 bits: several a lane and instruction, where floats have one. Exact
// under the bounds that each names; quantise.hpp makes operands that keep to them.
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

#include <cstdint>

namespace snowcoder::cpu {

#if defined(__AVX2__) && !defined(__AVX512F__)
/// sums += more, in the register where sums are: left to itself, g++ moves a tile's sums to memory and back.
__attribute__((always_inline)) inline void add_in_place(int_lanes& sums, int_lanes more) {
  asm("vpaddd %1, %0, %0" : "+x"(sums) : "x"(more));
}
#endif

/// sums + a x b for four unsigned bytes of `a` and four signed ones of `b` in every lane, exact while sums fit 32 bits.
__attribute__((always_inline)) inline int_lanes add_byte_products(int_lanes sums, int_lanes a, int_lanes b) {
#if defined(__AVX512VNNI__)
  return int_lanes(_mm512_dpbusd_epi32(__m512i(sums), __m512i(a), __m512i(b)));
#elif defined(__AVX512BW__)
  auto const low = _mm512_set1_epi16(0xff);
  auto const even =
      _mm512_madd_epi16(_mm512_and_si512(__m512i(a), low), _mm512_srai_epi16(_mm512_slli_epi16(__m512i(b), 8), 8));
  auto const odd = _mm512_madd_epi16(_mm512_srli_epi16(__m512i(a), 8), _mm512_srai_epi16(__m512i(b), 8));
  return sums + int_lanes(even) + int_lanes(odd);
#elif defined(__AVXVNNI__)
  return int_lanes(_mm256_dpbusd_avx_epi32(__m256i(sums), __m256i(a), __m256i(b)));
#elif defined(__AVX2__)
  auto const low = _mm256_set1_epi16(0xff);
  auto const even =
      _mm256_madd_epi16(_mm256_and_si256(__m256i(a), low), _mm256_srai_epi16(_mm256_slli_epi16(__m256i(b), 8), 8));
  auto const odd = _mm256_madd_epi16(_mm256_srli_epi16(__m256i(a), 8), _mm256_srai_epi16(__m256i(b), 8));
  return sums + int_lanes(even) + int_lanes(odd);
#elif defined(__SSE2__)
  auto const low = _mm_set1_epi16(0xff);
  auto const even = _mm_madd_epi16(_mm_and_si128(__m128i(a), low), _mm_srai_epi16(_mm_slli_epi16(__m128i(b), 8), 8));
  auto const odd = _mm_madd_epi16(_mm_srli_epi16(__m128i(a), 8), _mm_srai_epi16(__m128i(b), 8));
  return sums + int_lanes(even) + int_lanes(odd);
#else
  for (int byte = 0; byte < 32; byte += 8) sums += ((a >> byte) & 0xff) * ((b << (24 - byte)) >> 24);
  return sums;
#endif
}

/// Words whose byte products add_byte_products takes in at once: there, processors without VNNI have them summed in 16 bits
/// first, at half the price of exact products. Then `b` must keep to most_short_sum (quantise.hpp sees to it).
#if defined(__AVX2__) && !defined(__AVX512F__) && !defined(__AVXVNNI__)
inline constexpr int words_of_bytes = 2;
#else
inline constexpr int words_of_bytes = 1;
#endif
/// What signed bytes of `b` that meet in one sum may add up to, positive and negative ones apart: bytes 0, 1, 4, 5 of the two
/// words in one, 2, 3, 6, 7 in the other. Whatever unsigned bytes they meet, no part of such a sum leaves 16 bits.
inline constexpr int most_short_sum = 128;
static_assert(255 * most_short_sum <= 32767);

/// sums + a x b + c x d for such bytes.
__attribute__((always_inline)) inline int_lanes add_byte_products(int_lanes sums, int_lanes a, int_lanes b, int_lanes c,
                                                                  int_lanes d) {
#if defined(__AVX2__) && !defined(__AVX512F__) && !defined(__AVXVNNI__)
  auto const shorts =
      _mm256_add_epi16(_mm256_maddubs_epi16(__m256i(a), __m256i(b)), _mm256_maddubs_epi16(__m256i(c), __m256i(d)));
  add_in_place(sums, int_lanes(_mm256_madd_epi16(shorts, _mm256_set1_epi16(1))));
  return sums;
#else
  return add_byte_products(add_byte_products(sums, a, b), c, d);
#endif
}

/// sums + a x b for two signed 16-bit integers in every lane, exact while sums fit 32 bits and no integer is -2^15.
__attribute__((always_inline)) inline int_lanes add_short_products(int_lanes sums, int_lanes a, int_lanes b) {
#if defined(__AVX512VNNI__)
  return int_lanes(_mm512_dpwssd_epi32(__m512i(sums), __m512i(a), __m512i(b)));
#elif defined(__AVX512BW__)
  return sums + int_lanes(_mm512_madd_epi16(__m512i(a), __m512i(b)));
#elif defined(__AVXVNNI__)
  return int_lanes(_mm256_dpwssd_avx_epi32(__m256i(sums), __m256i(a), __m256i(b)));
#elif defined(__AVX2__)
  add_in_place(sums, int_lanes(_mm256_madd_epi16(__m256i(a), __m256i(b))));
  return sums;
#elif defined(__SSE2__)
  return sums + int_lanes(_mm_madd_epi16(__m128i(a), __m128i(b)));
#else
  return sums + ((a << 16) >> 16) * ((b << 16) >> 16) + (a >> 16) * (b >> 16);
#endif
}

}  // namespace snowcoder::cpu

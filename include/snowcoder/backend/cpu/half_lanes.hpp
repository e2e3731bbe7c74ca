// SPDX-License-Identifier: Apache-2.0
// Vectors of IEEE half precision, on processors that add and multiply them (AVX512-FP16): twice as many numbers a vector as
// floats, with eleven bits where bfloat16 has eight. A sum of up to 64 products in such numbers is off by 2^-10 of its size,
// less than what rounding the operands to bfloat16 costs; longer sums go on as floats. Their range is narrow: who uses them
// scales by powers of two first.
#pragma once

#include <snowcoder/backend/cpu/lanes.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace snowcoder::cpu {

/// Whether this build has half_lanes.
#if defined(__AVX512FP16__) && !defined(__CUDACC__)
inline constexpr bool has_half_lanes = true;

/// One half as it lies in memory; a type of its own, so that nothing takes it for a number.
struct half {
  std::uint16_t bits;
};

using half_lanes = _Float16 __attribute__((vector_size(4 * lanes)));

/// sums + a x b, both halves of every 32 bits.
__attribute__((always_inline)) inline half_lanes add_half_products(half_lanes sums, int_lanes a, int_lanes b) {
  return half_lanes(_mm512_fmadd_ph(__m512h(a), __m512h(b), __m512h(sums)));
}
__attribute__((always_inline)) inline half_lanes broadcast_half(float x) { return half_lanes(_mm512_set1_ph(_Float16(x))); }
__attribute__((always_inline)) inline half_lanes larger_of(half_lanes a, half_lanes b) {
  return half_lanes(_mm512_maskz_max_ph(~0u, __m512h(a), __m512h(b)));
}
/// The first `count` elements, none if it is negative, and zeros.
__attribute__((always_inline)) inline half_lanes first_of(half_lanes v, std::int64_t count) {
  auto const some = std::uint32_t((std::uint64_t(1) << std::clamp<std::int64_t>(count, 0, 2 * lanes)) - 1);
  return half_lanes(_mm512_maskz_mov_epi16(some, __m512i(v)));
}

/// The even and the odd elements, as floats.
__attribute__((always_inline)) inline float_lanes even_halves(half_lanes v) {
  return float_lanes(_mm512_maskz_cvtxph_ps(0xffff, __m256h(_mm512_maskz_cvtepi32_epi16(0xffff, __m512i(v)))));
}
__attribute__((always_inline)) inline float_lanes odd_halves(half_lanes v) {
  return float_lanes(_mm512_maskz_cvtxph_ps(
      0xffff, __m256h(_mm512_maskz_cvtepi32_epi16(0xffff, _mm512_maskz_srli_epi32(0xffff, __m512i(v), 16)))));
}
/// The even elements plus the odd ones, as floats; the pairs are added as halves.
__attribute__((always_inline)) inline float_lanes sum_of_pairs(half_lanes v) {
  return even_halves(v + half_lanes(_mm512_maskz_srli_epi32(0xffff, __m512i(v), 16)));
}
inline float largest_of(half_lanes v) { return largest_of(larger_of(even_halves(v), odd_halves(v))); }

/// As many floats as there are lanes, rounded to halves.
__attribute__((always_inline)) inline void store_halves(half* to, float_lanes v) {
  auto const h = _mm512_maskz_cvtxps_ph(0xffff, __m512(v));
  std::memcpy(to, &h, sizeof h);
}
/// (a, b) pairs of halves, and (v, v), one for every lane.
__attribute__((always_inline)) inline int_lanes half_pairs(float_lanes a, float_lanes b) {
  auto const widened = [](float_lanes v) __attribute__((always_inline)) {
    return _mm512_maskz_cvtepu16_epi32(0xffff, __m256i(_mm512_maskz_cvtxps_ph(0xffff, __m512(v))));
  };
  return int_lanes(_mm512_maskz_or_epi32(0xffff, widened(a), _mm512_maskz_slli_epi32(0xffff, widened(b), 16)));
}
inline half half_of(float x) {
  auto const h = _Float16(x);
  return {__builtin_bit_cast(std::uint16_t, h)};
}

/// 2^x for x <= 0, next to 0 below -24; the polynomial is 2^x on [0, 1] within 8e-5, a sixth of a half's last place.
__attribute__((always_inline)) inline half_lanes power_of_two(half_lanes x) {
  auto const r = half_lanes(_mm512_maskz_reduce_ph(~0u, __m512h(x), 1));
  auto p = r * broadcast_half(0.07802452f) + broadcast_half(0.22606716f);
  p = p * r + broadcast_half(0.69583354f);
  p = p * r + broadcast_half(0.99992522f);
  return half_lanes(_mm512_maskz_scalef_ph(~0u, __m512h(p), __m512h(x)));
}
#else
inline constexpr bool has_half_lanes = false;
#endif

}  // namespace snowcoder::cpu

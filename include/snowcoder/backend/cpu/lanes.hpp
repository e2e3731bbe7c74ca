// SPDX-License-Identifier: Apache-2.0
// Vectors as wide as the processor's, in the compiler's own vector types: arithmetic reads like that of scalars and exists on
// every processor. With integer_products.hpp, half_lanes.hpp and matrix_tiles.hpp the headers of this room that name
// instructions, and only where plain arithmetic has no word for one.
#pragma once

#include <snowcoder/core/dtype.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#if !defined(__CUDACC__) && defined(__SSE2__)
#include <immintrin.h>
#endif

namespace snowcoder::cpu {

#if defined(__AVX512F__)
inline constexpr int lanes = 16;
#elif defined(__AVX2__)
inline constexpr int lanes = 8;
#else
inline constexpr int lanes = 4;
#endif

using float_lanes = float __attribute__((vector_size(4 * lanes)));
using int_lanes = std::int32_t __attribute__((vector_size(4 * lanes)));

template <class Lanes, class T>
__attribute__((always_inline)) inline Lanes load_lanes(T const* p) {
  static_assert(sizeof(Lanes) == lanes * 4);
  Lanes v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
template <class T, class Lanes>
__attribute__((always_inline)) inline void store_lanes(T* p, Lanes v) {
  std::memcpy(p, &v, sizeof v);
}
/// Less 0, which is x for every x, where 0 + x is an addition that stays: it would make 0 of -0.
__attribute__((always_inline)) inline float_lanes broadcast(float x) { return x - float_lanes{}; }
__attribute__((always_inline)) inline int_lanes broadcast(std::int32_t x) { return int_lanes{} + x; }

/// The first `count` elements of at most `lanes`, zeros behind them.
inline float_lanes load_first(float const* p, std::int64_t count) {
#if defined(__AVX512F__)
  return float_lanes(_mm512_maskz_loadu_ps(__mmask16((1u << count) - 1), p));
#else
  if (count == lanes) return load_lanes<float_lanes>(p);
  float_lanes v{};
  std::memcpy(&v, p, std::size_t(count) * sizeof(float));
  return v;
#endif
}
inline void store_first(float* p, float_lanes v, std::int64_t count) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, __mmask16((1u << count) - 1), __m512(v));
#else
  if (count == lanes) return store_lanes(p, v);
  std::memcpy(p, &v, std::size_t(count) * sizeof(float));
#endif
}

inline float_lanes as_float_lanes(int_lanes v) { return __builtin_convertvector(v, float_lanes); }

__attribute__((always_inline)) inline float_lanes larger_of(float_lanes a, float_lanes b) {
#if defined(__AVX512F__)
  return float_lanes(_mm512_maskz_max_ps(0xffff, __m512(a), __m512(b)));
#elif defined(__AVX2__)
  return float_lanes(_mm256_max_ps(__m256(a), __m256(b)));
#else
  return a > b ? a : b;
#endif
}
__attribute__((always_inline)) inline float_lanes smaller_of(float_lanes a, float_lanes b) {
#if defined(__AVX512F__)
  return float_lanes(_mm512_maskz_min_ps(0xffff, __m512(a), __m512(b)));
#elif defined(__AVX2__)
  return float_lanes(_mm256_min_ps(__m256(a), __m256(b)));
#else
  return a < b ? a : b;
#endif
}

namespace detail {
/// Halves against each other until one lane is left: an order that does not depend on the compiler's taste.
template <class Of>
inline float folded(float_lanes v, Of const& of) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    if constexpr (lanes > 8) v = of(v, __builtin_shufflevector(v, v, (i ^ 8)...));
    if constexpr (lanes > 4) v = of(v, __builtin_shufflevector(v, v, (i ^ 4)...));
    v = of(v, __builtin_shufflevector(v, v, (i ^ 2)...));
    v = of(v, __builtin_shufflevector(v, v, (i ^ 1)...));
  }
  (std::make_integer_sequence<int, lanes>());
  return v[0];
}
}  // namespace detail

inline float sum_of(float_lanes v) {
  return detail::folded(v, [](float_lanes a, float_lanes b) { return a + b; });
}
inline float largest_of(float_lanes v) { return detail::folded(v, larger_of); }

/// x less its floor, for |x| < 2^22 (elsewhere whatever: its power of two is 0).
__attribute__((always_inline)) inline float_lanes fraction_of(float_lanes x) {
#if defined(__AVX512DQ__)
  return float_lanes(_mm512_maskz_reduce_ps(0xffff, __m512(x), 1));
#elif defined(__AVX2__)
  return x - float_lanes(_mm256_floor_ps(__m256(x)));
#else
  auto const near = (x + 12582912.0f) - 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  return x - (near > x ? near - 1.0f : near);
#endif
}
/// p times 2^floor(x), for p in [1, 2] and x <= 126; 0, or next to it, where that is below 2^-126.
__attribute__((always_inline)) inline float_lanes scaled_by(float_lanes p, float_lanes x) {
#if defined(__AVX512F__)
  return float_lanes(_mm512_maskz_scalef_ps(0xffff, __m512(p), __m512(x)));
#else
  auto const bounded = larger_of(x, broadcast(-126.0f));
  auto const whole = __builtin_convertvector(bounded - fraction_of(bounded), int_lanes);
  return float_lanes(int_lanes(p) + (whole << 23));
#endif
}

/// 1 / x for finite x of ordinary size, to 2 units in the last place.
__attribute__((always_inline)) inline float_lanes reciprocal(float_lanes x) {
#if defined(__AVX512F__)
  auto const r = float_lanes(_mm512_maskz_rcp14_ps(0xffff, __m512(x)));
  return r * (2.0f - x * r);
#else
  return 1.0f / x;
#endif
}

/// sums + a x b, rounded once where the processor can. By name: tuned for some processors, g++ fuses such a pair or leaves it
/// according to what stands around it, and a result must not depend on that.
__attribute__((always_inline)) inline float_lanes multiply_add(float_lanes sums, float_lanes a, float_lanes b) {
#if defined(__AVX512F__)
  return float_lanes(_mm512_fmadd_ps(__m512(a), __m512(b), __m512(sums)));
#elif defined(__AVX2__) && defined(__FMA__)
  return float_lanes(_mm256_fmadd_ps(__m256(a), __m256(b), __m256(sums)));
#else
  return sums + a * b;
#endif
}

/// sums + a x b for two bfloat16 in every lane; the order of the two additions is the processor's.
__attribute__((always_inline)) inline float_lanes add_pair_products(float_lanes sums, int_lanes a, int_lanes b) {
#if defined(__AVX512BF16__)
  return float_lanes(_mm512_dpbf16_ps(__m512(sums), __m512bh(a), __m512bh(b)));
#else
  auto const upper = std::int32_t(0xffff0000);
  return sums + float_lanes(a << 16) * float_lanes(b << 16) + float_lanes(a & upper) * float_lanes(b & upper);
#endif
}

}  // namespace snowcoder::cpu

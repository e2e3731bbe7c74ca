// SPDX-License-Identifier: Apache-2.0
// 64 bytes of text at once: questions about bytes, answered by masks with bit i for byte i. The place that knows instruction
// sets, for whoever reads text. Where there is none that it knows (and in nvcc's eyes) SNOWCODER_BYTE_BLOCKS is not defined,
// and reading is left to plain loops, which are the twins in tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if !defined(__CUDACC__) && defined(__SSE2__)
#define SNOWCODER_BYTE_BLOCKS 1
#include <immintrin.h>
#endif

#if defined(SNOWCODER_BYTE_BLOCKS)
namespace snowcoder {

#if defined(__AVX512BW__)
struct byte_block {
  static constexpr char const* name = "avx512";
  __m512i bytes;

  static byte_block load(char const* p) { return {_mm512_loadu_si512(p)}; }
  std::uint64_t equal(unsigned char c) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(char(c))); }
  std::uint64_t between(unsigned char low, unsigned char high) const {
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(char(low))), _mm512_set1_epi8(char(high - low)));
  }
  std::uint64_t not_ascii() const { return _mm512_movepi8_mask(bytes); }
  /// ASCII letters in lower case; other bytes are changed too, into none that is a letter.
  byte_block lower() const { return {_mm512_or_si512(bytes, _mm512_set1_epi8(32))}; }
  /// Writes the 64 bytes, capital letters of ASCII as small ones if `lower_letters`.
  void store(char* p, bool lower_letters = false) const {
    auto const capitals = lower_letters ? between('A', 'Z') : 0;
    _mm512_storeu_si512(p, _mm512_mask_add_epi8(bytes, capitals, bytes, _mm512_set1_epi8(32)));
  }
};
#else
namespace detail {
#if defined(__AVX2__)
using byte_vector = __m256i;
inline constexpr char const* byte_vector_name = "avx2";
inline byte_vector load_bytes(char const* p) { return _mm256_loadu_si256(reinterpret_cast<byte_vector const*>(p)); }
inline std::uint64_t mask_equal(byte_vector v, unsigned char c) {
  return std::uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(char(c)))));
}
inline std::uint64_t mask_between(byte_vector v, unsigned char low, unsigned char high) {
  auto const above = _mm256_sub_epi8(v, _mm256_set1_epi8(char(low)));
  return std::uint32_t(
      _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(char(high - low))), above)));
}
inline std::uint64_t mask_sign(byte_vector v) { return std::uint32_t(_mm256_movemask_epi8(v)); }
inline byte_vector with_bit(byte_vector v, char bit) { return _mm256_or_si256(v, _mm256_set1_epi8(bit)); }
inline byte_vector with_small_letters(byte_vector v) {
  auto const above = _mm256_sub_epi8(v, _mm256_set1_epi8('A'));
  auto const capitals = _mm256_cmpeq_epi8(_mm256_min_epu8(above, _mm256_set1_epi8(25)), above);
  return _mm256_or_si256(v, _mm256_and_si256(capitals, _mm256_set1_epi8(32)));
}
inline void store_bytes(char* p, byte_vector v) { _mm256_storeu_si256(reinterpret_cast<byte_vector*>(p), v); }
#else
using byte_vector = __m128i;
inline constexpr char const* byte_vector_name = "sse2";
inline byte_vector load_bytes(char const* p) { return _mm_loadu_si128(reinterpret_cast<byte_vector const*>(p)); }
inline std::uint64_t mask_equal(byte_vector v, unsigned char c) {
  return std::uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(char(c)))));
}
inline std::uint64_t mask_between(byte_vector v, unsigned char low, unsigned char high) {
  auto const above = _mm_sub_epi8(v, _mm_set1_epi8(char(low)));
  return std::uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(char(high - low))), above)));
}
inline std::uint64_t mask_sign(byte_vector v) { return std::uint32_t(_mm_movemask_epi8(v)); }
inline byte_vector with_bit(byte_vector v, char bit) { return _mm_or_si128(v, _mm_set1_epi8(bit)); }
inline byte_vector with_small_letters(byte_vector v) {
  auto const above = _mm_sub_epi8(v, _mm_set1_epi8('A'));
  auto const capitals = _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(25)), above);
  return _mm_or_si128(v, _mm_and_si128(capitals, _mm_set1_epi8(32)));
}
inline void store_bytes(char* p, byte_vector v) { _mm_storeu_si128(reinterpret_cast<byte_vector*>(p), v); }
#endif
}  // namespace detail

struct byte_block {
  static constexpr char const* name = detail::byte_vector_name;
  static constexpr int width = int(sizeof(detail::byte_vector)), parts = 64 / width;
  detail::byte_vector part[parts];

  static byte_block load(char const* p) {
    byte_block b;
    for (int i = 0; i < parts; ++i) b.part[i] = detail::load_bytes(p + i * width);
    return b;
  }
  std::uint64_t equal(unsigned char c) const {
    return gather([&](auto v) { return detail::mask_equal(v, c); });
  }
  std::uint64_t between(unsigned char low, unsigned char high) const {
    return gather([&](auto v) { return detail::mask_between(v, low, high); });
  }
  std::uint64_t not_ascii() const {
    return gather([](auto v) { return detail::mask_sign(v); });
  }
  byte_block lower() const {
    byte_block b;
    for (int i = 0; i < parts; ++i) b.part[i] = detail::with_bit(part[i], 32);
    return b;
  }
  void store(char* p, bool lower_letters = false) const {
    for (int i = 0; i < parts; ++i)
      detail::store_bytes(p + i * width, lower_letters ? detail::with_small_letters(part[i]) : part[i]);
  }

 private:
  std::uint64_t gather(auto mask) const {
    std::uint64_t all = 0;
    for (int i = 0; i < parts; ++i) all |= mask(part[i]) << (i * width);
    return all;
  }
};
#endif

/// Calls f(p, base, present) for every 64 bytes of a text until it returns false: p[0, 67) can be read and is zero beyond the
/// text, `base` is the place of p[0] in the text, `present` has a bit for every byte of the text.
constexpr std::size_t block_reach = 64 + 3;
inline void each_block(std::string_view text, auto&& f) {
  std::size_t at = 0;
  for (; at + block_reach <= text.size(); at += 64)
    if (!f(text.data() + at, at, ~std::uint64_t(0))) return;
  char rest[2 * block_reach] = {};
  auto const left = text.size() - at;
  if (left) std::memcpy(rest, text.data() + at, left);
  for (std::size_t i = 0; i < left; i += 64)
    if (!f(rest + i, at + i, left - i < 64 ? (std::uint64_t(1) << (left - i)) - 1 : ~std::uint64_t(0))) return;
}

}  // namespace snowcoder
#endif

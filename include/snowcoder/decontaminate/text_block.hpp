// SPDX-License-Identifier: Apache-2.0
// 64 bytes of text at once: which are white space, which belong to words, and those of them that are kept moved together.
// The one place of this room that knows instruction sets; plain_block is the same in loops, for other processors and as the
// oracle of the tests.
#pragma once

#include <snowcoder/core/words.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if !defined(__CUDACC__) && defined(__SSE2__)
#include <immintrin.h>
#endif

namespace snowcoder::decontaminate {

constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// What every block answers. Masks have bit i for byte i. `packed` writes the bytes of `kept` one after the other and returns
/// the end of them; up to 64 bytes beyond it may be overwritten.
struct plain_block {
  static constexpr char const* name = "plain";
  std::array<char, 64> bytes;

  static plain_block load(char const* p) {
    plain_block b;
    std::memcpy(b.bytes.data(), p, 64);
    return b;
  }
  std::uint64_t equal(char c) const {
    return mask([=](char x) { return x == c; });
  }
  std::uint64_t spaces() const { return mask(is_space); }
  std::uint64_t words() const { return mask(is_word_byte); }
  plain_block lower() const {
    auto b = *this;
    for (auto& c : b.bytes) c = to_lower(c);
    return b;
  }
  /// A blank for every byte that is in no word.
  plain_block words_only() const {
    auto b = *this;
    for (auto& c : b.bytes)
      if (!is_word_byte(c)) c = ' ';
    return b;
  }
  char* packed(char* out, std::uint64_t kept) const {
    for (; kept; kept &= kept - 1) *out++ = bytes[std::size_t(std::countr_zero(kept))];
    return out;
  }

 private:
  std::uint64_t mask(auto is) const {
    std::uint64_t m = 0;
    for (int i = 0; i < 64; ++i) m |= std::uint64_t(is(bytes[std::size_t(i)])) << i;
    return m;
  }
};

#if defined(__CUDACC__) || !defined(__SSE2__)
using text_block = plain_block;
#elif defined(__AVX512VBMI2__) && defined(__AVX512BW__)
struct text_block {
  static constexpr char const* name = "avx512";
  __m512i bytes;

  static text_block load(char const* p) { return {_mm512_loadu_si512(p)}; }
  std::uint64_t equal(char c) const { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(c)); }
  std::uint64_t spaces() const { return equal(' ') | between(bytes, '\t', '\r'); }
  std::uint64_t words() const {
    return between(_mm512_or_si512(bytes, _mm512_set1_epi8(32)), 'a', 'z') | between(bytes, '0', '9') | equal('_');
  }
  text_block lower() const { return {_mm512_mask_add_epi8(bytes, between(bytes, 'A', 'Z'), bytes, _mm512_set1_epi8(32))}; }
  text_block words_only() const { return {_mm512_mask_blend_epi8(words(), _mm512_set1_epi8(' '), bytes)}; }
  char* packed(char* out, std::uint64_t kept) const {
    _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(kept, bytes));  // compressing into memory is slow on Zen 4
    return out + std::popcount(kept);
  }

 private:
  static std::uint64_t between(__m512i v, char low, char high) {
    return _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(low)), _mm512_set1_epi8(char(high - low)));
  }
};
#else
namespace detail {
/// For every mask of eight bytes: the places of the kept ones, one after the other.
inline constexpr auto packing = [] {
  std::array<std::array<unsigned char, 8>, 256> table{};
  for (std::size_t mask = 0; mask < 256; ++mask) {
    std::size_t n = 0;
    for (unsigned char i = 0; i < 8; ++i)
      if (mask >> i & 1) table[mask][n++] = i;
    for (; n < 8; ++n) table[mask][n] = 0x80;
  }
  return table;
}();
}  // namespace detail

struct text_block {
#if defined(__AVX2__)
  static constexpr char const* name = "avx2";
  using vector = __m256i;
  static vector all(char c) { return _mm256_set1_epi8(c); }
  static vector at(char const* p) { return _mm256_loadu_si256(reinterpret_cast<vector const*>(p)); }
  static void put(char* p, vector v) { _mm256_storeu_si256(reinterpret_cast<vector*>(p), v); }
  static vector same(vector a, vector b) { return _mm256_cmpeq_epi8(a, b); }
  static vector either(vector a, vector b) { return _mm256_or_si256(a, b); }
  static vector both(vector a, vector b) { return _mm256_and_si256(a, b); }
  static vector without(vector a, vector b) { return _mm256_andnot_si256(b, a); }
  static vector inside(vector v, char low, char high) {
    auto const above = _mm256_sub_epi8(v, all(low));
    return same(_mm256_min_epu8(above, all(char(high - low))), above);
  }
  static std::uint32_t bits(vector v) { return std::uint32_t(_mm256_movemask_epi8(v)); }
#else
  static constexpr char const* name = "sse2";
  using vector = __m128i;
  static vector all(char c) { return _mm_set1_epi8(c); }
  static vector at(char const* p) { return _mm_loadu_si128(reinterpret_cast<vector const*>(p)); }
  static void put(char* p, vector v) { _mm_storeu_si128(reinterpret_cast<vector*>(p), v); }
  static vector same(vector a, vector b) { return _mm_cmpeq_epi8(a, b); }
  static vector either(vector a, vector b) { return _mm_or_si128(a, b); }
  static vector both(vector a, vector b) { return _mm_and_si128(a, b); }
  static vector without(vector a, vector b) { return _mm_andnot_si128(b, a); }
  static vector inside(vector v, char low, char high) {
    auto const above = _mm_sub_epi8(v, all(low));
    return same(_mm_min_epu8(above, all(char(high - low))), above);
  }
  static std::uint32_t bits(vector v) { return std::uint32_t(_mm_movemask_epi8(v)); }
#endif
  static constexpr int width = int(sizeof(vector)), parts = 64 / width;
  vector part[parts];

  static text_block load(char const* p) {
    text_block b;
    for (int i = 0; i < parts; ++i) b.part[i] = at(p + i * width);
    return b;
  }
  std::uint64_t equal(char c) const {
    return gather([=](vector v) { return same(v, all(c)); });
  }
  std::uint64_t spaces() const {
    return gather([](vector v) { return either(same(v, all(' ')), inside(v, '\t', '\r')); });
  }
  std::uint64_t words() const { return gather(is_word); }
  text_block lower() const {
    auto b = *this;
    for (auto& v : b.part) v = either(v, both(inside(v, 'A', 'Z'), all(32)));
    return b;
  }
  text_block words_only() const {
    auto b = *this;
    for (auto& v : b.part) {
      auto const word = is_word(v);
      v = either(both(word, v), without(all(' '), word));
    }
    return b;
  }
  char* packed(char* out, std::uint64_t kept) const {
    alignas(64) std::array<char, 64> bytes;
    store(bytes.data());
#if defined(__SSSE3__)
    for (int i = 0; i < 64; i += 8, kept >>= 8) {
      auto const order = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(detail::packing[kept & 255].data()));
      auto const eight = _mm_loadl_epi64(reinterpret_cast<__m128i const*>(&bytes[std::size_t(i)]));
      _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_shuffle_epi8(eight, order));
      out += std::popcount(kept & 255);
    }
#else
    for (int i = 0; i < 64; ++i) {
      *out = bytes[std::size_t(i)];
      out += kept >> i & 1;
    }
#endif
    return out;
  }

 private:
  static vector is_word(vector v) {
    return either(either(inside(either(v, all(32)), 'a', 'z'), inside(v, '0', '9')), same(v, all('_')));
  }
  void store(char* p) const {
    for (int i = 0; i < parts; ++i) put(p + i * width, part[i]);
  }
  std::uint64_t gather(auto mask) const {
    std::uint64_t m = 0;
    for (int i = 0; i < parts; ++i) m |= std::uint64_t(bits(mask(part[i]))) << (i * width);
    return m;
  }
};
#endif

}  // namespace snowcoder::decontaminate

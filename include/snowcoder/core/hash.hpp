// SPDX-License-Identifier: Apache-2.0
// The one hash of the project: MurmurHash3 x64 128 (Austin Appleby, public domain), constexpr so that a recipe's
// fingerprint is a compile-time value, and fast enough for contents. Not for adversaries: whoever drops a file because of
// an equal hash compares the bytes as well.
#pragma once

#include <snowcoder/core/host_device.hpp>

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace snowcoder {

struct hash128 {
  std::uint64_t high = 0, low = 0;
  friend constexpr auto operator<=>(hash128 const&, hash128 const&) = default;

  /// 32 lower-case hexadecimal digits, high word first.
  constexpr std::string hex() const {
    auto const text = digits();
    return {text.data(), text.size()};
  }
  constexpr std::array<char, 32> digits() const {
    std::array<char, 32> text{};
    for (int i = 0; i < 16; ++i) {
      text[std::size_t(15 - i)] = "0123456789abcdef"[(high >> (4 * i)) & 15];
      text[std::size_t(31 - i)] = "0123456789abcdef"[(low >> (4 * i)) & 15];
    }
    return text;
  }
  /// The hash that hex() prints so; nothing for any other text.
  static constexpr std::optional<hash128> from_hex(std::string_view text) {
    if (text.size() != 32) return {};
    hash128 h;
    for (std::size_t i = 0; i < 32; ++i) {
      auto const digit = std::string_view("0123456789abcdef").find(text[i]);
      if (digit == text.npos) return {};
      auto& word = i < 16 ? h.high : h.low;
      word = word << 4 | digit;
    }
    return h;
  }
};

namespace detail {
/// std::rotl, which device code may not call.
SNOWCODER_HD constexpr std::uint64_t rotate_left(std::uint64_t v, int by) { return v << by | v >> (64 - by); }
SNOWCODER_HD constexpr std::uint64_t load64(char const* p) {
  std::uint64_t v = 0;
  if (!__builtin_is_constant_evaluated()) {
    memcpy(&v, p, 8);
    return v;
  }
  for (int i = 0; i < 8; ++i) v |= std::uint64_t(static_cast<unsigned char>(p[i])) << (8 * i);
  return v;
}
SNOWCODER_HD constexpr std::uint64_t finish64(std::uint64_t k) {
  k = (k ^ (k >> 33)) * 0xff51afd7ed558ccdULL;
  k = (k ^ (k >> 33)) * 0xc4ceb9fe1a85ec53ULL;
  return k ^ (k >> 33);
}
}  // namespace detail

/// Of p[0, size); on both sides of the launch wall.
SNOWCODER_HD constexpr hash128 hash_bytes(char const* p, std::size_t size, std::uint64_t seed) {
  constexpr std::uint64_t c1 = 0x87c37b91114253d5ULL, c2 = 0x4cf5ad432745937fULL;
  std::uint64_t h1 = seed, h2 = seed;
  std::size_t left = size;
  for (; left >= 16; p += 16, left -= 16) {
    h1 = (detail::rotate_left(h1 ^ (detail::rotate_left(detail::load64(p) * c1, 31) * c2), 27) + h2) * 5 + 0x52dce729;
    h2 = (detail::rotate_left(h2 ^ (detail::rotate_left(detail::load64(p + 8) * c2, 33) * c1), 31) + h1) * 5 + 0x38495ab5;
  }
  std::uint64_t k1 = 0, k2 = 0;
  for (std::size_t i = 0; i < left; ++i) {
    auto const byte = std::uint64_t(static_cast<unsigned char>(p[i]));
    (i < 8 ? k1 : k2) |= byte << (8 * (i % 8));
  }
  if (left > 8) h2 ^= detail::rotate_left(k2 * c2, 33) * c1;
  if (left > 0) h1 ^= detail::rotate_left(k1 * c1, 31) * c2;
  h1 ^= size;
  h2 ^= size;
  h1 += h2;
  h2 += h1;
  h1 = detail::finish64(h1);
  h2 = detail::finish64(h2);
  h1 += h2;
  h2 += h1;
  return {h1, h2};
}

constexpr hash128 hash(std::string_view text, std::uint64_t seed = 0) { return hash_bytes(text.data(), text.size(), seed); }

/// 64 bits of hash(text, seed).
constexpr std::uint64_t hash64(std::string_view text, std::uint64_t seed = 0) { return hash(text, seed).high; }

/// A hash of two hashes, order matters.
SNOWCODER_HD constexpr std::uint64_t mix64(std::uint64_t a, std::uint64_t b) {
  return detail::finish64(a + 0x9e3779b97f4a7c15ULL + detail::rotate_left(detail::finish64(b + 0xd1b54a32d192ed03ULL), 23));
}

// The algorithm's published answers for seed 0.
static_assert(hash("").high == 0 && hash("").low == 0);
namespace detail {
inline constexpr auto hello = hash("hello").digits();  // clang makes no strings here yet
inline constexpr std::string_view hello_hex(hello.data(), hello.size());
}  // namespace detail
static_assert(detail::hello_hex == "cbd8a7b341bd9b025b1e906a48ae1d19");
static_assert(hash128::from_hex(detail::hello_hex)->high == hash("hello").high);  // nvcc 13.0 has no == here yet
static_assert(hash128::from_hex(detail::hello_hex)->low == hash("hello").low);
static_assert(!hash128::from_hex("CBD8A7B341BD9B025B1E906A48AE1D19") && !hash128::from_hex("cbd8"));

}  // namespace snowcoder

template <>
struct std::hash<snowcoder::hash128> {
  std::size_t operator()(snowcoder::hash128 const& h) const noexcept { return std::size_t(h.high ^ h.low); }
};

// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC'11). A draw is a pure function of (seed, what it decides,
// which one), so threads, ranks and restarts cannot change it.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/host_device.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace snowcoder {

struct philox_block {
  std::uint32_t word[4];
};

/// One Philox4x32-10 block for a 64-bit key and a 128-bit counter (low word first).
SNOWCODER_HD constexpr philox_block philox(std::uint64_t key, std::uint64_t counter_low, std::uint64_t counter_high) {
  std::uint32_t c0 = std::uint32_t(counter_low), c1 = std::uint32_t(counter_low >> 32);
  std::uint32_t c2 = std::uint32_t(counter_high), c3 = std::uint32_t(counter_high >> 32);
  std::uint32_t k0 = std::uint32_t(key), k1 = std::uint32_t(key >> 32);
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const a = 0xD2511F53ULL * c0, b = 0xCD9E8D57ULL * c2;
    c0 = std::uint32_t(b >> 32) ^ c1 ^ k0;
    c1 = std::uint32_t(b);
    c2 = std::uint32_t(a >> 32) ^ c3 ^ k1;
    c3 = std::uint32_t(a);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

namespace detail {
__extension__ typedef unsigned __int128 wide;  // C++ has no such type: without the word, -Wpedantic warns
}

/// A named source of draws: `draws("file order", seed)(i)` is the i-th 64-bit draw of that decision. uniform(), below() and
/// normal() turn the same 64 bits into other forms: what must not hang together takes another index, sub or decision.
class draws {
 public:
  constexpr draws(std::string_view decision, std::uint64_t seed) : key_(mix64(hash64(decision), seed)) {}

  constexpr std::uint64_t operator()(std::uint64_t index, std::uint64_t sub = 0) const {
    auto const b = philox(key_, index, sub);
    return std::uint64_t(b.word[0]) << 32 | b.word[1];
  }
  /// Uniform in [0, 1), 53 bits.
  constexpr double uniform(std::uint64_t index, std::uint64_t sub = 0) const {
    return double((*this)(index, sub) >> 11) * 0x1.0p-53;
  }
  /// Uniform in [0, bound), bound > 0; bias below 2^-64 times bound.
  constexpr std::uint64_t below(std::uint64_t bound, std::uint64_t index, std::uint64_t sub = 0) const {
    return std::uint64_t((detail::wide((*this)(index, sub)) * bound) >> 64);
  }
  /// Standard normal (Box-Muller, computed in double).
  double normal(std::uint64_t index, std::uint64_t sub = 0) const {
    auto const b = philox(key_, index, sub);
    double const u = (double(b.word[0]) + 1.0) * 0x1.0p-32;
    double const v = double(b.word[1]) * 0x1.0p-32;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(6.283185307179586476925 * v);
  }

 private:
  std::uint64_t key_;
};

/// Shuffles `items` in place by draws (Fisher-Yates): the same order on every platform.
template <class Range>
constexpr void shuffle(Range& items, draws const& source, std::uint64_t sub = 0) {
  for (std::uint64_t i = items.size(); i > 1; --i) {
    auto const j = source.below(i, i, sub);
    auto held = std::move(items[i - 1]);
    items[i - 1] = std::move(items[j]);
    items[j] = std::move(held);
  }
}

// Known answers of the Random123 distribution.
static_assert(philox(0, 0, 0).word[0] == 0x6627e8d5u && philox(0, 0, 0).word[3] == 0x9b00dbd8u);
static_assert(philox(~0ULL, ~0ULL, ~0ULL).word[0] == 0x408f276du);

}  // namespace snowcoder

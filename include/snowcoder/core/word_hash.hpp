// SPDX-License-Identifier: Apache-2.0
// What host and device share of hashing words and runs of units: the arithmetic, not the walk over the text.
#pragma once

#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/host_device.hpp>

#include <cstddef>
#include <cstdint>

namespace snowcoder {

/// Of a word in pieces of 16 bytes, two words each, low byte first, without regard to letter case.
struct word_hash {
  // bit 5 makes a letter lower-case, leaves a digit, and turns '_' into a byte that is in no word
  static constexpr std::uint64_t lower = 0x2020202020202020ULL, k1 = 0x9e3779b97f4a7c15ULL, k2 = 0xd6e8feb86659fd93ULL;

  /// A piece behind which at least one byte follows.
  SNOWCODER_HD static constexpr std::uint64_t join(std::uint64_t h, std::uint64_t low, std::uint64_t high) {
    return detail::finish64(h ^ ((low | lower) * k1) ^ detail::rotate_left((high | lower) * k2, 29));
  }
  /// The last piece, of which the masks say what belongs to the word.
  SNOWCODER_HD static constexpr std::uint64_t finish(std::uint64_t h, std::uint64_t low, std::uint64_t high,
                                                     std::uint64_t low_mask, std::uint64_t high_mask) {
    h ^= (((low | lower) & low_mask) * k1) ^ detail::rotate_left(((high | lower) & high_mask) * k2, 29);
    h = (h ^ (h >> 32)) * k1;
    return h ^ (h >> 29);
  }
};

/// Of a run of units (words, characters): a polynomial in `base`, so that it rolls on by one multiplication a unit.
struct run_hash {
  static constexpr std::uint64_t base = 0x9e3779b97f4a7c15ULL;  // odd

  SNOWCODER_HD static constexpr std::uint64_t join(std::uint64_t rolled, std::uint64_t unit) { return rolled * base + unit; }
  SNOWCODER_HD static constexpr std::uint64_t finish(std::uint64_t rolled, std::uint64_t units) {
    return detail::finish64(rolled + units);
  }
};

/// Of a character, given as its bytes from the first to the last: code points count as they stand.
SNOWCODER_HD constexpr std::uint64_t hash_character(std::uint64_t bytes) { return detail::finish64(bytes + 1); }
/// Does a byte go on with the character before it?
SNOWCODER_HD constexpr bool continues_character(char byte) { return (byte & 0xc0) == 0x80; }

}  // namespace snowcoder

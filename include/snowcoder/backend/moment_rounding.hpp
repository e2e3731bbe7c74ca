// SPDX-License-Identifier: Apache-2.0
// How moments of the optimizer become bfloat16: up or down by a draw, with the chance that makes the mean right. A step moves a
// second moment by a twentieth of how far it is off; rounded to the nearest of 128 steps an octave, it would stop moving when
// it is off by four to eight per cent, always on the side that it came from. The draw is keyed by element and update, so it is
// the same for any number of threads and ranks, and after a resume.
#pragma once

#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/host_device.hpp>
#include <snowcoder/core/philox.hpp>

#include <cstdint>

namespace snowcoder {

/// The draws of one update, for elements `first`, `first` + 1, … of the flat arrays.
struct moment_rounding {
  std::uint64_t key;
  std::uint64_t step;
  std::int64_t first;

  constexpr moment_rounding(std::uint64_t seed, std::int64_t update, std::int64_t first_element)
      : key(mix64(hash64("moment rounding"), seed)), step(std::uint64_t(update)), first(first_element) {}

  /// Four words for the elements of one group of four in the flat array; the low half of a word is for the first moment, the
  /// high half for the second.
  SNOWCODER_HD constexpr philox_block group(std::int64_t of_four) const { return philox(key, std::uint64_t(of_four), step); }
};

/// The bits of a bfloat16 beside `value`: the one farther from zero with the chance of `draw` (16 bits) being large enough.
/// Requires a finite value.
SNOWCODER_HD constexpr std::uint16_t rounded_by_draw(float value, std::uint32_t draw) {
  return std::uint16_t((__builtin_bit_cast(std::uint32_t, value) + (draw & 0xffffu)) >> 16);
}
static_assert(rounded_by_draw(1.0f, 0xffff) == 0x3f80 && rounded_by_draw(-1.00390625f, 0x8000) == 0xbf81 &&
              rounded_by_draw(-1.00390625f, 0x7fff) == 0xbf80);

}  // namespace snowcoder

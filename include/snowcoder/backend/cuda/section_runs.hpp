// SPDX-License-Identifier: Apache-2.0
// A batch of sections as libraries take it: in runs that one graph serves, and of few kinds, for building a graph takes long.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace snowcoder::cuda {

/// Sections [first, first + count), none longer than `longest`, a multiple of section_tile_rows; `even`: all are of that
/// length. `count` is a power of two.
struct section_run {
  std::int64_t first = 0, count = 0, longest = 0;
  bool even = false;
  friend constexpr bool operator==(section_run const&, section_run const&) = default;
};

inline constexpr std::int64_t section_tile_rows = 128;

/// Section s has the rows [offsets[s], offsets[s + 1]), at least one. Runs follow each other and cover all sections.
inline std::vector<section_run> runs_of_sections(std::int64_t const* offsets, std::int64_t sections) {
  auto const length = [&](std::int64_t s) { return offsets[s + 1] - offsets[s]; };
  auto const whole = [&](std::int64_t s) { return length(s) % section_tile_rows == 0; };
  auto const tiles = [&](std::int64_t s) { return (length(s) + section_tile_rows - 1) / section_tile_rows; };
  std::vector<section_run> runs;
  for (std::int64_t s = 0; s < sections;) {
    bool const even = whole(s);
    auto end = s + 1;
    while (end < sections && (even ? length(end) == length(s) : !whole(end))) ++end;
    while (s < end) {
      std::int64_t count = 1, longest = 0;
      while (s + 2 * count <= end) count *= 2;
      for (auto i = s; i < s + count; ++i) longest = std::max(longest, tiles(i) * section_tile_rows);
      runs.push_back({s, count, longest, even});
      s += count;
    }
  }
  return runs;
}

}  // namespace snowcoder::cuda

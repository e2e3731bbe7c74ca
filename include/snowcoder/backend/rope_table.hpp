// SPDX-License-Identifier: Apache-2.0
// Angles of the rotary embedding, on the host: cosine and sine by position and pair. Frequencies are rounded to float
// before they meet the position, as Hugging Face does; at long contexts the difference can be seen.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace snowcoder {

/// cosines, then sines, each (positions, head_width / 2) row-major.
inline std::vector<float> rope_table(std::int64_t positions, std::int64_t head_width, double theta) {
  auto const half = head_width / 2;
  std::vector<float> table(std::size_t(2 * positions * half));
  for (std::int64_t p = 0; p < positions; ++p)
    for (std::int64_t j = 0; j < half; ++j) {
      float const frequency = float(1.0 / std::pow(theta, double(2 * j) / double(head_width)));
      double const angle = double(float(p) * frequency);
      table[std::size_t(p * half + j)] = float(std::cos(angle));
      table[std::size_t((positions + p) * half + j)] = float(std::sin(angle));
    }
  return table;
}

/// A table in device memory, and how its rows are used: row i of a matrix stands at position start + i % length.
struct rope_positions {
  float const* table;
  std::int64_t positions, length, start = 0;
};

/// backward turns the other way: the gradient of a rotation.
enum class rope_direction : bool { forward, backward };

}  // namespace snowcoder

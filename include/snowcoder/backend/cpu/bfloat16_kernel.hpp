// SPDX-License-Identifier: Apache-2.0
// How bfloat16 weights are multiplied. Having an instruction is not reason enough to use it: VDPBF16PS issues every other
// cycle on Intel's cores (measured on a Xeon of 2023: 92 GFLOP/s beside 186 of float products), every cycle on Zen 4, where
// float products reach half of it. Tiles (AMX) are far ahead of both.
#pragma once

#include <snowcoder/backend/cpu/half_lanes.hpp>
#include <snowcoder/backend/cpu/matrix_tiles.hpp>
#include <snowcoder/backend/cpu/onednn.hpp>

#include <cstdint>

namespace snowcoder::cpu {

/// widened: as floats that hold bfloat16 values, rows stay float. pairs: by the processor's own instruction, rows are rounded
/// too. library: by oneDNN, rows are rounded too. halves: bfloat16 weights and rows in IEEE half precision, short sums in it
/// too (half_lanes.hpp); shorts: bfloat16 weights and rows as 16-bit integers (quantise.hpp), whose exact sums cost a processor
/// with AVX2 two thirds of float's (measured on Zen 3: 70 and 47 billion products a second). These are for packed weights only,
/// and so are tiles. tiles: by our own loop in the processor's tile registers (matrix_tiles.hpp), for int8 as well.
enum class bfloat16_kernel : std::uint8_t { widened, pairs, library, halves, shorts, tiles };

/// The quickest one here; by what the processor is, since a measurement could choose differently the next time.
inline bfloat16_kernel preferred_bfloat16_kernel() {
  if (onednn::has_bfloat16_tiles()) return bfloat16_kernel::library;
#if defined(__AVX512BF16__)
  if (__builtin_cpu_is("amd")) return bfloat16_kernel::pairs;
#endif
  return bfloat16_kernel::widened;
}
/// The same for packed weights (projection.hpp). 16-bit integers with AVX2 alone: with AVX-512 nobody has measured them.
inline bfloat16_kernel preferred_projection_kernel() {
  if (has_matrix_tiles()) return bfloat16_kernel::tiles;
  auto const kernel = preferred_bfloat16_kernel();
  if (kernel != bfloat16_kernel::widened) return kernel;
  return has_half_lanes ? bfloat16_kernel::halves : lanes == 8 ? bfloat16_kernel::shorts : kernel;
}

}  // namespace snowcoder::cpu

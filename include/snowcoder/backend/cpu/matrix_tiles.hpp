// SPDX-License-Identifier: Apache-2.0
// Products in a processor's tile registers (AMX): 16 rows of 16 words times 16 words of 16 columns in one instruction, an order
// of magnitude above its vectors. The right operand lies as panels do (panel_product.hpp). Every element of the result is one
// chain of additions in the order of k here too.
#pragma once

#include <snowcoder/backend/cpu/panel_product.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cstdint>
#include <type_traits>

#if defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AMX_INT8__) && defined(__linux__) && !defined(__CUDACC__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define SNOWCODER_MATRIX_TILES
#endif

namespace snowcoder::cpu {

/// Rows of a block that is multiplied at a time, and words that one instruction takes in.
inline constexpr std::int64_t matrix_rows = 32, matrix_words = 16;

#ifdef SNOWCODER_MATRIX_TILES
static_assert(panel_width == 32);

/// Whether this program may use them: Linux wants to be asked, once for all threads.
inline bool has_matrix_tiles() {
  constexpr long request = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  static bool const granted = syscall(SYS_arch_prctl, request, tile_data) == 0;
  return granted;
}

/// The calling thread's tile registers, all of 16 rows of 64 bytes, until the end of the scope; oneDNN shapes them otherwise.
class matrix_tiles {
 public:
  matrix_tiles() {
    struct alignas(64) {
      std::uint8_t palette = 1, start = 0, reserved[14] = {};
      std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    } const shape;
    _tile_loadconfig(&shape);
  }
  matrix_tiles(matrix_tiles const&) = delete;
  matrix_tiles& operator=(matrix_tiles const&) = delete;
  ~matrix_tiles() { _tile_release(); }
};

/// c (32, panel_width) [+]= 32 rows of `a`, `stride` words apart, times one panel; `words` is a multiple of matrix_words. T
/// bfloat16: c is of floats. int8: unsigned bytes times signed ones, c is of 32-bit integers. Rows of c are `c_row` elements
/// apart. Wants matrix_tiles in scope.
template <class T, bool Add>
__attribute__((noinline)) void multiply_matrix_tiles(void* c, std::int64_t c_row, std::int32_t const* a, std::int64_t stride,
                                                     std::int32_t const* panel, std::int64_t words) {
  constexpr bool bytes = std::is_same_v<T, std::int8_t>;
  auto* const left = static_cast<std::int32_t*>(c);
  auto* const lower = left + 16 * c_row;
  asm volatile("" ::: "memory");  // g++ does not know that tiles are loaded from memory
  if constexpr (Add) {
    _tile_loadd(0, left, 4 * c_row);
    _tile_loadd(1, left + 16, 4 * c_row);
    _tile_loadd(2, lower, 4 * c_row);
    _tile_loadd(3, lower + 16, 4 * c_row);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (std::int64_t k = 0; k < words; k += matrix_words) {
    auto const* const right = panel + k * panel_width;
    _tile_loadd(4, a + k, 4 * stride);
    _tile_loadd(6, right, 4 * panel_width);
    if constexpr (bytes) {
      _tile_dpbusd(0, 4, 6);
    } else {
      _tile_dpbf16ps(0, 4, 6);
    }
    _tile_loadd(7, right + 16, 4 * panel_width);
    _tile_loadd(5, a + 16 * stride + k, 4 * stride);
    if constexpr (bytes) {
      _tile_dpbusd(1, 4, 7);
      _tile_dpbusd(2, 5, 6);
      _tile_dpbusd(3, 5, 7);
    } else {
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  _tile_stored(0, left, 4 * c_row);
  _tile_stored(1, left + 16, 4 * c_row);
  _tile_stored(2, lower, 4 * c_row);
  _tile_stored(3, lower + 16, 4 * c_row);
}
#else
constexpr bool has_matrix_tiles() { return false; }
#endif

}  // namespace snowcoder::cpu

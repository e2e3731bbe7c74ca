// SPDX-License-Identifier: Apache-2.0
// Matrix products: in panels where oneDNN has no longer vectors than we, but floats with vectors of 512 bits and few rows by
// oneDNN. The result is cut into tiles by its shape alone, each tile is summed over the whole of k by one thread, so the bits
// are the same for any number of threads.   twin: backend/cpu/reference/matmul.hpp
#pragma once

#include <snowcoder/backend/cpu/bfloat16_kernel.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/lanes.hpp>
#include <snowcoder/backend/cpu/panel_matmul.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::cpu {

namespace detail {

struct packed_strip;
struct packed_tile;
struct panel_sums;

/// A tile of C: rows x columns, from the shape of C only.
struct tile {
  std::int64_t rows, columns;
};

/// Large enough that oneDNN is efficient, small enough that a few dozen threads find work.
constexpr tile tile_of(std::int64_t m, std::int64_t n) {
  tile t{256, 1024};
  auto const count = [&] { return ((m + t.rows - 1) / t.rows) * ((n + t.columns - 1) / t.columns); };
  while (count() < 16 && t.columns > 128) t.columns /= 2;
  while (count() < 16 && t.rows > 32) t.rows /= 2;
  return t;
}

/// The product of one tile with bfloat16 operands widened to float first, for hosts without bfloat16 products.
template <class C, class A, class B>
void widened_product(device& d, product_shape s, A const* a, B const* b, C* c, float const* bias) {
  thread_local std::vector<float> wide_a, wide_b, wide_c;
  auto const widen = [](auto& out, auto const* in, std::int64_t rows, std::int64_t columns, std::int64_t row,
                        std::int64_t column) {
    out.resize(std::size_t(rows * columns));
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) out[std::size_t(i * columns + j)] = float(in[i * row + j * column]);
  };
  widen(wide_a, a, s.m, s.k, s.a_row, s.a_column);
  widen(wide_b, b, s.k, s.n, s.b_row, s.b_column);
  s.a = s.b = s.c = dtype::f32;
  s.a_row = s.k, s.b_row = s.n, s.a_column = s.b_column = 1;
  auto const c_row = s.c_row;
  s.c_row = s.n;
  wide_c.assign(std::size_t(s.m * s.n), 0.0f);
  if (s.accumulate) widen(wide_c, c, s.m, s.n, c_row, 1);
  d.product(s)->run(wide_a.data(), wide_b.data(), wide_c.data(), bias);
  for (std::int64_t i = 0; i < s.m; ++i)
    for (std::int64_t j = 0; j < s.n; ++j) c[i * c_row + j] = C(wide_c[std::size_t(i * s.n + j)]);
}

/// The same in panels: rows go in whole tiles, and are divided first, as every tile brings its part of A into groups.
constexpr tile panel_tile_of(std::int64_t m, std::int64_t n) {
  tile t{panel_block_rows, 1024};
  auto const count = [&] { return ((m + t.rows - 1) / t.rows) * ((n + t.columns - 1) / t.columns); };
  while (count() < 16 && t.rows > 8 * tile_rows) t.rows = (t.rows / 2 + tile_rows - 1) / tile_rows * tile_rows;
  while (count() < 16 && t.columns > 128) t.columns /= 2;
  return t;
}

/// Fewer rows do not repay bringing B into panels. Lengths that are multiples of 64 never fall on both sides of it.
inline constexpr std::int64_t panel_rows = 32;

/// A strip of B's columns after the other is brought into panels by all threads, then the tiles of C above it are walked.
template <class Words, class C, class T>
void matmul_in_panels(device& d, matrix_view<C> c, operand<T> a, operand<T> b, product_options how) {
  constexpr std::int64_t most = 1024, together = 4;
  auto const words = words_of<Words>(a.columns);
  auto const strip = std::max(most, (std::int64_t(8) << 20) / (4 * words) / most * most);
  auto* const packed = scratch<typename Words::word, packed_strip>(packed_size<Words>(std::min(strip, c.columns), a.columns));
  for (std::int64_t first = 0; first < c.columns; first += strip) {
    auto const wide = std::min(strip, c.columns - first);
    auto const here = b.part(first, wide);
    d.for_each((wide + together * panel_width - 1) / (together * panel_width), [&](std::int64_t g) {
      for (auto j = g * together * panel_width, end = std::min(wide, j + together * panel_width); j < end; j += panel_width)
        pack_panel<Words>(packed + j * words, here, j);
    });
    auto const tile = panel_tile_of(c.rows, wide);
    auto const down = (c.rows + tile.rows - 1) / tile.rows, across = (wide + tile.columns - 1) / tile.columns;
    d.for_each(down * across, [&](std::int64_t i) {
      auto const r = i / across * tile.rows, q = i % across * tile.columns;
      auto const high = std::min(tile.rows, c.rows - r), broad = std::min(tile.columns, wide - q);
      product_options const of_tile{how.accumulate, how.bias ? how.bias + first + q : nullptr};
      multiply_panels<Words>(c.slice(r, high).part(first + q, broad), a.slice(r, high), packed + q * words, of_tile,
                             scratch<float, panel_sums>(panel_block_rows * most));
    });
  }
}

/// The same on the calling thread.
template <class Words, class C, class T>
void tile_in_panels(matrix_view<C> c, operand<T> a, operand<T> b, product_options how) {
  auto const whole = (c.columns + panel_width - 1) / panel_width * panel_width;
  auto* const packed = scratch<typename Words::word, packed_tile>(packed_size<Words>(c.columns, a.columns));
  pack_panels<Words>(packed, b);
  for (std::int64_t r = 0; r < c.rows; r += panel_block_rows) {
    auto const high = std::min(panel_block_rows, c.rows - r);
    multiply_panels<Words>(c.slice(r, high), a.slice(r, high), packed, how,
                           scratch<float, panel_sums>(panel_block_rows * whole));
  }
}

/// Multiplies in panels by body(words) where that is quicker than oneDNN or where oneDNN does not keep the order of a sum;
/// whether it was. bfloat16: wherever oneDNN has no longer vectors than this program was built for. Floats: with vectors of 512
/// bits oneDNN is as quick or a little quicker; with 256 its sums depend on how many rows a tile has, so that the batch would
/// change bits, and a transposed A whose rows are a power of two long is read at a third of the panels' rate (Zen 3).
template <class A, class B, class Body>
bool in_panels([[maybe_unused]] device& d, [[maybe_unused]] operand<A> const& a, [[maybe_unused]] Body const& body) {
  if constexpr (lanes >= 8 && std::is_same_v<A, bfloat16> && std::is_same_v<B, bfloat16>) {
    if (a.rows < panel_rows || d.kernel() == bfloat16_kernel::library) return false;
    if (lanes < 16 && onednn::has_long_vectors()) return false;
    if (d.kernel() == bfloat16_kernel::pairs) return body(pair_words()), true;
    return body(float_words()), true;
  }
  if constexpr (lanes == 8 && std::is_same_v<A, float> && std::is_same_v<B, float>) {
    if (a.rows < panel_rows || onednn::has_long_vectors()) return false;
    return body(float_words()), true;
  }
  return false;
}

}  // namespace detail

/// One tile, sequentially on the calling thread: for use inside device::for_each. Same meaning as matmul().
template <class C, class A, class B>
void tile_product(device& d, matrix_view<C> c, operand<A> a, operand<B> b, product_options how = {}) {
  if (detail::in_panels<A, B>(d, a, [&](auto words) { detail::tile_in_panels<decltype(words)>(c, a, b, how); })) return;
  product_shape const s{.m = c.rows,
                        .n = c.columns,
                        .k = a.columns,
                        .a_row = a.row_stride,
                        .a_column = a.column_stride,
                        .b_row = b.row_stride,
                        .b_column = b.column_stride,
                        .c_row = c.stride,
                        .a = dtype_of<A>,
                        .b = dtype_of<B>,
                        .c = dtype_of<C>,
                        .accumulate = how.accumulate,
                        .bias = how.bias != nullptr};
  if (auto const* plan = d.product(s))
    plan->run(a.data, b.data, c.data, how.bias);
  else
    detail::widened_product(d, s, a.data, b.data, c.data, how.bias);
}

/// C(m,n) = A(m,k) x B(k,n), + C when how.accumulate, + bias(n) when how.bias. A and B of one type, float or bfloat16;
/// C is float, or bfloat16 with bfloat16 operands. Sums are float. Requires m, n, k > 0 and c.stride >= n; operands must
/// not overlap C.
template <class C, class A, class B>
void matmul(device& d, matrix_view<C> c, operand<A> a, operand<B> b, product_options how = {}) {
  require(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "matmul: shapes of A, B and C agree");
  require(c.rows > 0 && c.columns > 0 && a.columns > 0, "matmul: no extent is zero");
  if (detail::in_panels<A, B>(d, a, [&](auto words) { detail::matmul_in_panels<decltype(words)>(d, c, a, b, how); })) return;
  auto const tile = detail::tile_of(c.rows, c.columns);
  auto const down = (c.rows + tile.rows - 1) / tile.rows, across = (c.columns + tile.columns - 1) / tile.columns;
  d.for_each(down * across, [&](std::int64_t i) {
    auto const r = i / across * tile.rows, q = i % across * tile.columns;
    auto const rows = std::min(tile.rows, c.rows - r), columns = std::min(tile.columns, c.columns - q);
    product_options here = how;
    if (how.bias) here.bias = how.bias + q;
    tile_product(d, c.slice(r, rows).part(q, columns), a.slice(r, rows), b.part(q, columns), here);
  });
}

template <class C, class A, class B>
void matmul(device& d, matrix_view<C> c, A const& a, B const& b, product_options how = {}) {
  matmul(d, c, operand(a), operand(b), how);
}

/// c = addend + a x b; the product is rounded to T before it is added. c and addend are apart.
template <class T>
void matmul_onto(device& d, matrix_view<T> c, matrix_view<T const> addend, operand<T> a, operand<T> b) {
  require(addend.rows == c.rows && addend.columns == c.columns, "matmul_onto: what is added has the result's shape");
  matmul(d, c, a, b);
  d.for_each_row(c.rows, 64, [&](std::int64_t i) {
    T const* from = addend.row(i);
    T* to = c.row(i);
#pragma omp simd
    for (std::int64_t j = 0; j < c.columns; ++j) store(to[j], float(from[j]) + float(to[j]));
  });
}

}  // namespace snowcoder::cpu

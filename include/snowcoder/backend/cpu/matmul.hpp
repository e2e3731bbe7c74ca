// SPDX-License-Identifier: Apache-2.0
// Matrix products on oneDNN. The result is cut into tiles by its shape alone, each tile is one sequential call over the
// whole of k, so the bits are the same for any number of threads.   twin: backend/cpu/reference/matmul.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace snowcoder::cpu {

namespace detail {

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

}  // namespace detail

/// One tile, sequentially on the calling thread: for use inside device::for_each. Same meaning as matmul().
template <class C, class A, class B>
void tile_product(device& d, matrix_view<C> c, operand<A> a, operand<B> b, product_options how = {}) {
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

}  // namespace snowcoder::cpu

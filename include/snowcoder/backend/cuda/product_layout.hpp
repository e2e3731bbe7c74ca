// SPDX-License-Identifier: Apache-2.0
// A row-major product as column-major libraries are asked for it. Row-major C = A B is column-major C' = B' A', and a
// row-major matrix read column-major is its transpose already, so nothing is moved.
#pragma once

#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// A matrix as it lies, column-major; `transposed`: the product takes its transpose.
struct column_major {
  std::int64_t rows = 0, columns = 0, leading = 0;
  bool transposed = false;
  friend constexpr bool operator==(column_major const&, column_major const&) = default;
};

/// D (columns of C, rows of C) = op(left) op(right): left holds B, right holds A.
struct product_layout {
  column_major left, right, result;
  friend constexpr bool operator==(product_layout const&, product_layout const&) = default;
};

namespace detail {
/// The transpose of `m`, column-major. A single row or column may claim any stride; libraries want one that fits.
template <class T>
constexpr column_major lying(operand<T> m) {
  auto const leading = [](std::int64_t stride, std::int64_t rows, std::int64_t columns) {
    return columns <= 1 && stride < rows ? rows : stride;
  };
  if (m.column_stride == 1 && (m.rows <= 1 || m.row_stride >= m.columns))
    return {m.columns, m.rows, leading(m.row_stride, m.columns, m.rows), false};
  return {m.rows, m.columns, leading(m.column_stride, m.rows, m.columns), true};
}
}  // namespace detail

/// Requires shapes that agree and operands with one stride of 1.
template <class C, class T>
constexpr product_layout layout_of(matrix_view<C> c, operand<T> a, operand<T> b) {
  auto const stride = c.rows <= 1 && c.stride < c.columns ? c.columns : c.stride;
  return {detail::lying(b), detail::lying(a), {c.columns, c.rows, stride, false}};
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// How a matrix enters a product: as it lies, or transposed, without being moved. Shared by all devices.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <type_traits>

namespace snowcoder {

/// A read-only matrix of T with both strides in elements; one of them is 1.
template <class T>
struct operand {
  T const* data = nullptr;
  std::int64_t rows = 0, columns = 0, row_stride = 0, column_stride = 1;

  constexpr operand(T const* d, std::int64_t r, std::int64_t c, std::int64_t row, std::int64_t column)
      : data(d), rows(r), columns(c), row_stride(row), column_stride(column) {}
  constexpr operand(matrix_view<T> m) : operand(m.data, m.rows, m.columns, m.stride, 1) {}
  constexpr operand(matrix_view<T const> m) : operand(m.data, m.rows, m.columns, m.stride, 1) {}

  constexpr operand slice(std::int64_t first, std::int64_t count) const {
    return {data + first * row_stride, count, columns, row_stride, column_stride};
  }
  constexpr operand part(std::int64_t first, std::int64_t count) const {
    return {data + first * column_stride, rows, count, row_stride, column_stride};
  }
};
template <class T>
operand(matrix_view<T>) -> operand<std::remove_const_t<T>>;

/// The transpose of a matrix, in place.
template <class T>
constexpr operand<std::remove_const_t<T>> transposed(matrix_view<T> m) {
  return {m.data, m.columns, m.rows, 1, m.stride};
}

/// C += instead of C =; a float bias of one element per column.
struct product_options {
  bool accumulate = false;
  float const* bias = nullptr;
};

}  // namespace snowcoder

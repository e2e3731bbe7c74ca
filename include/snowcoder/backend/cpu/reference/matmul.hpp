// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/matmul.hpp.
#pragma once

#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu::reference {

template <class C, class A, class B>
void matmul(matrix_view<C> c, operand<A> a, operand<B> b, product_options how = {}) {
  for (std::int64_t i = 0; i < c.rows; ++i)
    for (std::int64_t j = 0; j < c.columns; ++j) {
      double sum = how.accumulate ? double(float(c.row(i)[j])) : 0.0;
      if (how.bias) sum += how.bias[j];
      for (std::int64_t x = 0; x < a.columns; ++x)
        sum += double(float(a.data[i * a.row_stride + x * a.column_stride])) *
               double(float(b.data[x * b.row_stride + j * b.column_stride]));
      c.row(i)[j] = C(float(sum));
    }
}

template <class T>
void matmul_onto(matrix_view<T> c, matrix_view<T const> addend, operand<T> a, operand<T> b) {
  for (std::int64_t i = 0; i < c.rows; ++i)
    for (std::int64_t j = 0; j < c.columns; ++j) c.row(i)[j] = addend.row(i)[j];
  matmul(c, a, b, product_options{.accumulate = true});
}

}  // namespace snowcoder::cpu::reference

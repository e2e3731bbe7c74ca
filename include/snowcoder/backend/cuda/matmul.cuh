// SPDX-License-Identifier: Apache-2.0
// Launchers of matmul.hpp, and the kernels around products.
#pragma once

#include <snowcoder/backend/cuda/element.cuh>
#include <snowcoder/backend/cuda/elementwise.hpp>
#include <snowcoder/backend/cuda/launch.cuh>
#include <snowcoder/backend/cuda/matmul.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/dtype.hpp>

#include <algorithm>
#include <type_traits>

namespace snowcoder::cuda {

namespace detail {

template <class T, int N>
__global__ void add_bias_rows(matrix_view<T> y, float const* bias, activation act) {
  auto const [i, p] = place_in_strips(y.columns / N);
  auto const j = p * N;
  if (j >= y.columns) return;
  auto values = load<N>(y.row(i) + j);
  for (int e = 0; e < N; ++e) {
    float const v = float(values.at[e]) + (bias ? bias[j + e] : 0.0f);
    values.at[e] = nearest<T>(act == activation::gelu ? 0.5f * v * (1.0f + erff(v * 0.70710678118654752f)) : v);
  }
  store<N>(y.row(i) + j, values);
}

/// y (+)= T(sums + bias): the one rounding of a narrow result.
template <class T, int N>
__global__ void round_rows_with_bias(matrix_view<T> y, matrix_view<float const> sums, float const* bias, bool accumulate) {
  auto const [i, p] = place_in_strips(y.columns / N);
  auto const j = p * N;
  if (j >= y.columns) return;
  auto const sum = load<N>(sums.row(i) + j);
  auto values = load<N>(y.row(i) + j);
  for (int e = 0; e < N; ++e) values.at[e] = nearest<T>(sum.at[e] + bias[j + e] + (accumulate ? float(values.at[e]) : 0.0f));
  store<N>(y.row(i) + j, values);
}

template <class C, class T>
void require_product(matrix_view<C> c, operand<T> a, operand<T> b) {
  require(a.rows == c.rows && b.columns == c.columns && a.columns == b.rows, "matmul: shapes agree");
  require(a.columns > 0 || c.rows == 0 || c.columns == 0, "matmul: something to add up");
  require((a.row_stride == 1 || a.column_stride == 1) && (b.row_stride == 1 || b.column_stride == 1),
          "matmul: one stride of each operand is 1");
}
template <class C, class T>
product_key key_of(matrix_view<C> c, operand<T> a, operand<T> b) {
  return {layout_of(c, a, b), dtype_of<T>, dtype_of<C>, {alignment_of(b.data), alignment_of(a.data), alignment_of(c.data)}};
}

}  // namespace detail

template <class T>
void add_bias(device& d, matrix_view<T> y, float const* bias, activation act) {
  constexpr int n = detail::widest<T>;
  bool const wide = detail::all_aligned<n>(y);
  launch(d, "bias of a product", strips_of_rows(y.rows, y.columns / (wide ? n : 1)),
         wide ? &detail::add_bias_rows<T, n> : &detail::add_bias_rows<T, 1>, y, bias, act);
}

template <class C, class T>
void matmul(device& d, matrix_view<C> c, operand<T> a, operand<T> b, product_options how) {
  detail::require_product(c, a, b);
  if (c.rows == 0 || c.columns == 0) return;
  if constexpr (!std::is_same_v<C, float>)
    if (how.bias) {
      matrix_view<float> const sums(d.scratch<float>(3, c.size()), c.rows, c.columns);
      matmul(d, sums, a, b);
      bool const wide = detail::all_aligned<4>(c, sums);
      return launch(d, "bias of a product", strips_of_rows(c.rows, c.columns / (wide ? 4 : 1)),
                    wide ? &detail::round_rows_with_bias<C, 4> : &detail::round_rows_with_bias<C, 1>, c,
                    matrix_view<float const>(sums), how.bias, how.accumulate);
    }
  d.product_plans().run(detail::key_of(c, a, b), b.data, a.data, c.data, c.data, how.accumulate ? 1.0f : 0.0f, d.queue());
  if constexpr (std::is_same_v<C, float>)
    if (how.bias) add_bias(d, c, how.bias);
}

template <class T>
void matmul_onto(device& d, matrix_view<T> c, matrix_view<T const> addend, operand<T> a, operand<T> b) {
  detail::require_product(c, a, b);
  require(addend.rows == c.rows && addend.columns == c.columns && addend.stride == c.stride,
          "matmul_onto: what is added lies as the result does");
  if (c.rows == 0 || c.columns == 0) return;
  auto key = detail::key_of(c, a, b);
  key.alignment[2] = std::min(key.alignment[2], alignment_of(addend.data));
  d.product_plans().run(key, b.data, a.data, addend.data, c.data, 1.0f, d.queue());
}

template <class T>
void matmul_with_bias(device& d, matrix_view<T> c, operand<T> a, operand<T> b, T const* bias, product_end end,
                      bool accumulate) {
  detail::require_product(c, a, b);
  if (c.rows == 0 || c.columns == 0) return;
  auto key = detail::key_of(c, a, b);
  key.end = end;
  d.product_plans().run(key, b.data, a.data, c.data, c.data, accumulate ? 1.0f : 0.0f, d.queue(), bias);
}

}  // namespace snowcoder::cuda

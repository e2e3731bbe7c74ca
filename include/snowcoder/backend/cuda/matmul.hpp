// SPDX-License-Identifier: Apache-2.0
// Matrix products on the GPU by cuBLASLt; a bias in float is added behind the product. Defined in matmul.cuh.
// twin: backend/cpu/reference/matmul.hpp
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/product_key.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// c (+)= a x b (+ bias), sums in float. C is float or T. Each operand has one stride of 1; bias (columns) in device memory.
template <class C, class T>
void matmul(device& d, matrix_view<C> c, operand<T> a, operand<T> b, product_options how = {});

/// c = addend + a x b, rounded once. `addend` has c's shape and stride, and is apart from it.
template <class T>
void matmul_onto(device& d, matrix_view<T> c, matrix_view<T const> addend, operand<T> a, operand<T> b);

/// c = end((c +) a x b), rounded once; bias (columns) in device memory.
template <class T>
void matmul_with_bias(device& d, matrix_view<T> c, operand<T> a, operand<T> b, T const* bias, product_end end,
                      bool accumulate = false);

/// y = act(y + bias) in place; bias (columns) may be null.
template <class T>
void add_bias(device& d, matrix_view<T> y, float const* bias, activation act = activation::none);

}  // namespace snowcoder::cuda

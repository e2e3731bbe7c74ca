// SPDX-License-Identifier: Apache-2.0
// y = x W' for a weight as Hugging Face stores it, (outputs, inputs), and its two gradients.
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>

namespace snowcoder::nn {

/// y (rows, outputs) = x (rows, inputs) x W'. y may be float.
template <class Device, class Y, class T>
void linear(Device& device, matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight) {
  matmul(device, y, operand<T>(x), transposed(weight), product_options{});
}

/// y = addend + x W'; y and addend are apart. Whether the product is rounded before it is added is the device's.
template <class Device, class T>
void linear_onto(Device& device, matrix_view<T> y, matrix_view<T const> addend, matrix_view<T const> x,
                 matrix_view<T const> weight) {
  matmul_onto(device, y, addend, operand<T>(x), transposed(weight));
}

/// dx = dy x W
template <class Device, class T>
void linear_backward_input(Device& device, matrix_view<T> dx, matrix_view<T const> dy, matrix_view<T const> weight) {
  matmul(device, dx, operand<T>(dy), operand<T>(weight), product_options{});
}

/// Rows whose part of a weight's gradient is one sum: a sequence's, so that it does not matter how sequences are batched; on
/// devices where that shows in any product, those of the whole batch.
template <class Device>
constexpr std::int64_t gradient_piece(attention_shape const& s) {
  return Device::batches_show ? s.rows() : s.length;
}

/// dW += dy' x x, `piece` rows after the other.
template <class Device, class T>
void linear_backward_weight(Device& device, matrix_view<float> dweight, matrix_view<T const> dy, matrix_view<T const> x,
                            std::int64_t piece) {
  for (std::int64_t first = 0; first < x.rows; first += piece) {
    auto const count = std::min(piece, x.rows - first);
    matmul(device, dweight, transposed(dy.slice(first, count)), operand<T>(x.slice(first, count)),
           product_options{.accumulate = true});
  }
}

}  // namespace snowcoder::nn

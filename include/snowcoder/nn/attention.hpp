// SPDX-License-Identifier: Apache-2.0
// The attention half of a block: x + project(attend(rope(qkv(norm(x))))), and its gradient.
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/nn/linear.hpp>

#include <cstdint>

namespace snowcoder::nn {

template <class T>
struct attention_weights {
  T const* norm;                ///< (width)
  matrix_view<T const> qkv;     ///< (width + 2 kv_width, width)
  matrix_view<T const> output;  ///< (width, width)
};
struct attention_gradients {
  float* norm;
  matrix_view<float> qkv, output;
};
/// What the backward pass reads; rows are tokens.
template <class T>
struct attention_activations {
  matrix_view<T> normed;    ///< (rows, width)
  matrix_view<T> qkv;       ///< (rows, width + 2 kv_width), q and k turned
  matrix_view<T> attended;  ///< (rows, width)
  float* log_sums;          ///< (sequences, heads, length)
};

/// y = x + attention(x); y and x must not overlap.
template <class Device, class T>
void attention_forward(Device& device, matrix_view<T> y, matrix_view<T const> x, attention_weights<T> const& w,
                       attention_activations<T> const& a, attention_shape shape, rope_positions positions, float epsilon) {
  rms_norm(device, a.normed, x, w.norm, epsilon);
  linear<Device, T, T>(device, a.qkv, a.normed, w.qkv);
  rope(device, a.qkv, shape.heads + shape.kv_heads, shape.head_width, positions, rope_direction::forward);
  attention(device, a.attended, a.log_sums, matrix_view<T const>(a.qkv), shape);
  linear_onto<Device, T>(device, y, x, a.attended, w.output);
}

/// Turns dx, the gradient of y, into the gradient of x, and adds the weights' gradients. `dwidth` (rows, width) and `dqkv`
/// (rows, packed) are scratch.
template <class Device, class T>
void attention_backward_pass(Device& device, matrix_view<T> dx, matrix_view<T const> x, attention_weights<T> const& w,
                             attention_gradients const& g, attention_activations<T> const& a, matrix_view<T> dwidth,
                             matrix_view<T> dqkv, attention_shape shape, rope_positions positions, float epsilon) {
  auto const piece = gradient_piece<Device>(shape);
  linear_backward_weight<Device, T>(device, g.output, dx, a.attended, piece);
  linear_backward_input<Device, T>(device, dwidth, dx, w.output);
  attention_backward(device, dqkv, matrix_view<T const>(a.qkv), matrix_view<T const>(a.attended),
                     static_cast<float const*>(a.log_sums), matrix_view<T const>(dwidth), shape);
  rope(device, dqkv, shape.heads + shape.kv_heads, shape.head_width, positions, rope_direction::backward);
  linear_backward_weight<Device, T>(device, g.qkv, dqkv, a.normed, piece);
  linear_backward_input<Device, T>(device, dwidth, dqkv, w.qkv);
  rms_norm_backward(device, dx, g.norm, matrix_view<T const>(dwidth), x, w.norm, epsilon);
}

}  // namespace snowcoder::nn

// SPDX-License-Identifier: Apache-2.0
// The feed-forward half of a block: x + down(silu(gate(norm(x))) * up(norm(x))), and its gradient.
#pragma once

#include <snowcoder/core/tensor_view.hpp>
#include <snowcoder/nn/linear.hpp>

#include <cstdint>

namespace snowcoder::nn {

template <class T>
struct swiglu_weights {
  T const* norm;                 ///< (width)
  matrix_view<T const> gate_up;  ///< (2 hidden, width)
  matrix_view<T const> down;     ///< (width, hidden)
};
struct swiglu_gradients {
  float* norm;
  matrix_view<float> gate_up, down;
};
/// What the backward pass reads; rows are tokens.
template <class T>
struct swiglu_activations {
  matrix_view<T> normed;   ///< (rows, width)
  matrix_view<T> gate_up;  ///< (rows, 2 hidden)
  matrix_view<T> product;  ///< (rows, hidden)
};

/// Everything that the backward pass reads, from x.
template <class Device, class T>
void swiglu_activate(Device& device, matrix_view<T const> x, swiglu_weights<T> const& w, swiglu_activations<T> const& a,
                     float epsilon) {
  rms_norm(device, a.normed, x, w.norm, epsilon);
  linear<Device, T, T>(device, a.gate_up, a.normed, w.gate_up);
  swiglu(device, a.product, matrix_view<T const>(a.gate_up));
}

/// y = x + feed_forward(x); y and x must not overlap.
template <class Device, class T>
void swiglu_forward(Device& device, matrix_view<T> y, matrix_view<T const> x, swiglu_weights<T> const& w,
                    swiglu_activations<T> const& a, float epsilon) {
  swiglu_activate<Device, T>(device, x, w, a, epsilon);
  linear_onto<Device, T>(device, y, x, a.product, w.down);
}

/// Turns dx, the gradient of y, into the gradient of x, and adds the weights' gradients, `piece` rows at a time. `dwidth`
/// (rows, width), `dproduct` (rows, hidden) and `dgate_up` (rows, 2 hidden) are scratch.
template <class Device, class T>
void swiglu_backward_pass(Device& device, matrix_view<T> dx, matrix_view<T const> x, swiglu_weights<T> const& w,
                          swiglu_gradients const& g, swiglu_activations<T> const& a, matrix_view<T> dwidth,
                          matrix_view<T> dproduct, matrix_view<T> dgate_up, std::int64_t piece, float epsilon) {
  linear_backward_weight<Device, T>(device, g.down, dx, a.product, piece);
  linear_backward_input<Device, T>(device, dproduct, dx, w.down);
  swiglu_backward(device, dgate_up, matrix_view<T const>(dproduct), matrix_view<T const>(a.gate_up));
  linear_backward_weight<Device, T>(device, g.gate_up, dgate_up, a.normed, piece);
  linear_backward_input<Device, T>(device, dwidth, dgate_up, w.gate_up);
  rms_norm_backward(device, dx, g.norm, matrix_view<T const>(dwidth), x, w.norm, epsilon);
}

}  // namespace snowcoder::nn

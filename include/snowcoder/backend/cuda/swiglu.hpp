// SPDX-License-Identifier: Apache-2.0
// The gated unit of the feed-forward layer and its gradient on the GPU. Defined in swiglu.cuh.
// twin: backend/cpu/reference/swiglu.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// y (rows, hidden) = T(silu(gate)) * up, where gate and up are the halves of a row of gate_up (rows, 2 hidden).
template <class T>
void swiglu(device& d, matrix_view<T> y, matrix_view<T const> gate_up);

/// The gradient of gate_up from that of y. dgate_up may be gate_up.
template <class T>
void swiglu_backward(device& d, matrix_view<T> dgate_up, matrix_view<T const> dy, matrix_view<T const> gate_up);

}  // namespace snowcoder::cuda

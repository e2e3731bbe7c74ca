// SPDX-License-Identifier: Apache-2.0
// Root-mean-square norm and its gradient on the GPU. Defined in rms_norm.cuh.   twin: backend/cpu/reference/rms_norm.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// y = T(x / rms(x)) * weight, per row; the order of rounding is Hugging Face's. x, y (rows, columns); weight (columns).
template <class T>
void rms_norm(device& d, matrix_view<T> y, matrix_view<T const> x, T const* weight, float epsilon);

/// Adds the gradient of the input to dx and of the weight to dweight (float, columns). A column of dweight: sums over pieces of
/// rows in order (16 rows where a block's threads hold a row, else 64), then 32 sums, of every 32nd piece in order, onto
/// dweight in order.
template <class T>
void rms_norm_backward(device& d, matrix_view<T> dx, float* dweight, matrix_view<T const> dy, matrix_view<T const> x,
                       T const* weight, float epsilon);

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// A few rows with a weight on the GPU: the weight is read once, each row's result is what it would be alone. Defined in
// matvec.cuh.   twin: backend/cpu/reference/matmul.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// y (rows, outputs) = x (rows, inputs) x weight', weight (outputs, inputs). Y is float or T. Sums are float.
template <class Y, class T>
void matvec(device& d, matrix_view<Y> y, matrix_view<T const> x, matrix_view<T const> weight);

}  // namespace snowcoder::cuda

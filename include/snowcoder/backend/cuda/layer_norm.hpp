// SPDX-License-Identifier: Apache-2.0
// Layer norm of rows or of a sum, and means over sections, on the GPU. Defined in layer_norm.cuh.
// twins: backend/cpu/reference/layer_norm.hpp and mean_rows.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// y = norm(x + residual) * weight + bias, per row. x, residual, y (rows, columns), y may be either of them; weight, bias
/// (columns).
template <class T>
void layer_norm(device& d, matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight,
                float const* bias, float epsilon);
/// y = norm(x) * weight + bias
template <class T>
void layer_norm(device& d, matrix_view<T> y, matrix_view<T const> x, float const* weight, float const* bias, float epsilon);

/// out(s) = mean of x's rows [offsets[s], offsets[s + 1]), added in row order; offsets in host memory.
template <class T>
void mean_rows(device& d, matrix_view<T> out, matrix_view<T const> x, std::int64_t const* offsets);

}  // namespace snowcoder::cuda

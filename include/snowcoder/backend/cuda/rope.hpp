// SPDX-License-Identifier: Apache-2.0
// Rotary embedding in place on the GPU, rotate-half. Defined in rope.cuh.   twin: backend/cpu/reference/rope.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/rope_table.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// Turns the first `heads` heads of every row of x. The table lies in device memory.
template <class T>
void rope(device& d, matrix_view<T> x, std::int64_t heads, std::int64_t head_width, rope_positions where, rope_direction way);

}  // namespace snowcoder::cuda

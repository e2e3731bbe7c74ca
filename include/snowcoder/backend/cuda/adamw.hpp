// SPDX-License-Identifier: Apache-2.0
// The optimizer on the GPU: one pass over weights, moments and gradient, all float; and the norm that clips a gradient.
// Defined in adamw.cuh.   twin: backend/cpu/reference/adamw.hpp
#pragma once

#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// Updates weights and both moments in place. All arrays have `size` floats and do not overlap.
void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient, std::int64_t size,
           adamw_step step);

/// The sum of squares in double, in an order that depends on `size` alone. Waits for the result.
double sum_of_squares(device& d, float const* values, std::int64_t size);

}  // namespace snowcoder::cuda

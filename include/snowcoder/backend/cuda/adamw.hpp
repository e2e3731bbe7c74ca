// SPDX-License-Identifier: Apache-2.0
// The optimizer on the GPU: one pass over weights, moments and gradient, of one tensor or of all of them; and the norm that
// clips a gradient. Defined in adamw.cuh.   twin: backend/cpu/reference/adamw.hpp
#pragma once

#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/moment_rounding.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cstdint>
#include <span>

namespace snowcoder::cuda {

/// Updates weights and both moments in place. All arrays have `size` elements and do not overlap.
void adamw(device& d, float* weights, float* first_moment, float* second_moment, float const* gradient, std::int64_t size,
           adamw_step step);

/// The same with moments in bfloat16: the weights see them before they are rounded (backend/moment_rounding.hpp).
void adamw(device& d, float* weights, bfloat16* first_moment, bfloat16* second_moment, float const* gradient, std::int64_t size,
           adamw_step step, moment_rounding rounding);

/// All tensors of a part of a model at once: elements from the range before up to a range's end take the step `decayed` or
/// `kept`. The arrays begin at the model's element `rounding.first`, and ends are counted from the model's. Moment is float or
/// bfloat16.
template <class Moment>
void adamw(device& d, float* weights, Moment* first_moment, Moment* second_moment, float const* gradient,
           std::span<adamw_range const> ranges, adamw_step decayed, adamw_step kept, moment_rounding rounding);

/// The sum of squares in double, in an order that depends on `size` alone. Waits for the result.
double sum_of_squares(device& d, float const* values, std::int64_t size);

}  // namespace snowcoder::cuda

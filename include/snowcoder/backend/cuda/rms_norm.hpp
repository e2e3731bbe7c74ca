// SPDX-License-Identifier: Apache-2.0
// The launch wall of rms_norm: declared here for C++ compilers, defined in rms_norm.cuh, instantiated for a recipe by
// kernels/rms_norm.cu.
#pragma once

#include <snowcoder/config/concepts.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/expected.hpp>

#include <cstdint>

struct CUstream_st;

namespace snowcoder::cuda {

/// A CUDA stream, without CUDA's headers; null is the default stream.
using stream = CUstream_st*;

/// y = T(x / rms(x)) * weight per row, with R::model's width and epsilon. x, y (rows, width) and weight (width) in device
/// memory; returns once the work is queued. Fails when the launch does.   twin: backend/cpu/reference/rms_norm.hpp
template <config::named_model R>
expected<void> rms_norm(bfloat16* y, bfloat16 const* x, bfloat16 const* weight, std::int64_t rows, stream queue = nullptr);

}  // namespace snowcoder::cuda

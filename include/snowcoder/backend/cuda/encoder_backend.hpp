// SPDX-License-Identifier: Apache-2.0
// The GPU with all its verbs for encoders, in float, bfloat16 and float16: include this to compute vectors on it, and link the
// kernels.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cuda/bidirectional_attention.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/embed.hpp>
#include <snowcoder/backend/cuda/layer_norm.hpp>
#include <snowcoder/backend/cuda/projection.hpp>
#include <snowcoder/backend/cuda/row_blocks.hpp>
#include <snowcoder/core/dtype.hpp>

namespace snowcoder::cuda {
static_assert(encoder_backend<device, float> && encoder_backend<device, bfloat16> && encoder_backend<device, float16>);
}  // namespace snowcoder::cuda

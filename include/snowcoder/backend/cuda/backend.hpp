// SPDX-License-Identifier: Apache-2.0
// The GPU with all its verbs for decoders: include this to train or to generate on it, and link the kernels.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cuda/adamw.hpp>
#include <snowcoder/backend/cuda/attention.hpp>
#include <snowcoder/backend/cuda/attention_cached.hpp>
#include <snowcoder/backend/cuda/cross_entropy.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/elementwise.hpp>
#include <snowcoder/backend/cuda/embed.hpp>
#include <snowcoder/backend/cuda/graphs.hpp>
#include <snowcoder/backend/cuda/matmul.hpp>
#include <snowcoder/backend/cuda/matvec.hpp>
#include <snowcoder/backend/cuda/rms_norm.hpp>
#include <snowcoder/backend/cuda/rope.hpp>
#include <snowcoder/backend/cuda/swiglu.hpp>
#include <snowcoder/core/dtype.hpp>

namespace snowcoder::cuda {
static_assert(generation_backend<device, float> && generation_backend<device, bfloat16>);
}  // namespace snowcoder::cuda

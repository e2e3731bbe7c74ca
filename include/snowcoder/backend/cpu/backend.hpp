// SPDX-License-Identifier: Apache-2.0
// The CPU with all its verbs for decoders: include this to train or to generate on the CPU.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cpu/adamw.hpp>
#include <snowcoder/backend/cpu/attention.hpp>
#include <snowcoder/backend/cpu/attention_backward.hpp>
#include <snowcoder/backend/cpu/attention_cached.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/cross_entropy.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/elementwise.hpp>
#include <snowcoder/backend/cpu/embed.hpp>
#include <snowcoder/backend/cpu/matmul.hpp>
#include <snowcoder/backend/cpu/matvec.hpp>
#include <snowcoder/backend/cpu/rms_norm.hpp>
#include <snowcoder/backend/cpu/rope.hpp>
#include <snowcoder/backend/cpu/swiglu.hpp>
#include <snowcoder/core/dtype.hpp>

namespace snowcoder::cpu {
static_assert(generation_backend<device, float> && generation_backend<device, bfloat16> && narrows_moments<device>);
}  // namespace snowcoder::cpu

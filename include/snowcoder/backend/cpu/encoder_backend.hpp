// SPDX-License-Identifier: Apache-2.0
// The CPU with all its verbs for encoders: include this to compute vectors on the CPU.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/backend/cpu/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/buffer.hpp>
#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/elementwise.hpp>
#include <snowcoder/backend/cpu/embed.hpp>
#include <snowcoder/backend/cpu/layer_norm.hpp>
#include <snowcoder/backend/cpu/mean_rows.hpp>
#include <snowcoder/backend/cpu/projection.hpp>
#include <snowcoder/backend/cpu/row_blocks.hpp>
#include <snowcoder/core/dtype.hpp>

#include <cstdint>

namespace snowcoder::cpu {
static_assert(encoder_backend<device, float> && encoder_backend<device, bfloat16> && encoder_backend<device, std::int8_t>);
}  // namespace snowcoder::cpu

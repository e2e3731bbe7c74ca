// SPDX-License-Identifier: Apache-2.0
// The block of bytes that the passes of this room ask.
#pragma once

#include <snowcoder/core/byte_block.hpp>

#if defined(SNOWCODER_BYTE_BLOCKS)
namespace snowcoder::filter {
using snowcoder::block_reach;
using snowcoder::byte_block;
using snowcoder::each_block;
}  // namespace snowcoder::filter
#endif

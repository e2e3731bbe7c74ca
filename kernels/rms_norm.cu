// SPDX-License-Identifier: Apache-2.0
// Instantiates the launcher of rms_norm for the recipe that this file is compiled for.
#include SNOWCODER_RECIPE_HEADER

#include <snowcoder/backend/cuda/rms_norm.cuh>

namespace snowcoder::cuda {
template expected<void> rms_norm<SNOWCODER_RECIPE>(bfloat16*, bfloat16 const*, bfloat16 const*, std::int64_t, stream);
}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Compiles the launchers of adamw, and instantiates the one over ranges for the types of moments.
#include <snowcoder/backend/cuda/adamw.cuh>

namespace snowcoder::cuda {
template void adamw<float>(device&, float*, float*, float*, float const*, std::span<adamw_range const>, adamw_step, adamw_step,
                           moment_rounding);
template void adamw<bfloat16>(device&, float*, bfloat16*, bfloat16*, float const*, std::span<adamw_range const>, adamw_step,
                              adamw_step, moment_rounding);
}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of rope for the element types of models.
#include <snowcoder/backend/cuda/rope.cuh>

namespace snowcoder::cuda {
template void rope<float>(device&, matrix_view<float>, std::int64_t, std::int64_t, rope_positions, rope_direction);
template void rope<bfloat16>(device&, matrix_view<bfloat16>, std::int64_t, std::int64_t, rope_positions, rope_direction);
}  // namespace snowcoder::cuda

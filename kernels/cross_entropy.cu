// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of cross_entropy for the element types of models.
#include <snowcoder/backend/cuda/cross_entropy.cuh>

namespace snowcoder::cuda {
template void cross_entropy_backward<float>(device&, matrix_view<float>, float const*, matrix_view<float const>,
                                            std::int32_t const*, float);
template void cross_entropy_backward<bfloat16>(device&, matrix_view<bfloat16>, float const*, matrix_view<float const>,
                                               std::int32_t const*, float);
}  // namespace snowcoder::cuda

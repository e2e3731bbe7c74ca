// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of rms_norm for the element types of models.
#include <snowcoder/backend/cuda/rms_norm.cuh>

namespace snowcoder::cuda {
template void rms_norm<float>(device&, matrix_view<float>, matrix_view<float const>, float const*, float);
template void rms_norm_backward<float>(device&, matrix_view<float>, float*, matrix_view<float const>, matrix_view<float const>,
                                       float const*, float);
template void rms_norm<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, bfloat16 const*, float);
template void rms_norm_backward<bfloat16>(device&, matrix_view<bfloat16>, float*, matrix_view<bfloat16 const>,
                                          matrix_view<bfloat16 const>, bfloat16 const*, float);
}  // namespace snowcoder::cuda

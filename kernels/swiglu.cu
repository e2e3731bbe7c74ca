// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of swiglu for the element types of models.
#include <snowcoder/backend/cuda/swiglu.cuh>

namespace snowcoder::cuda {
template void swiglu<float>(device&, matrix_view<float>, matrix_view<float const>);
template void swiglu_backward<float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float const>);
template void swiglu<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>);
template void swiglu_backward<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>,
                                        matrix_view<bfloat16 const>);
}  // namespace snowcoder::cuda

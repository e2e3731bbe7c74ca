// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of matvec for the element types of models.
#include <snowcoder/backend/cuda/matvec.cuh>

namespace snowcoder::cuda {
template void matvec<float, float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float const>);
template void matvec<float, bfloat16>(device&, matrix_view<float>, matrix_view<bfloat16 const>, matrix_view<bfloat16 const>);
template void matvec<bfloat16, bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>,
                                         matrix_view<bfloat16 const>);
}  // namespace snowcoder::cuda

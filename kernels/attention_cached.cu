// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of attention_cached for the element types of models.
#include <snowcoder/backend/cuda/attention_cached.cuh>

namespace snowcoder::cuda {
template void attention_cached<float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float>,
                                      matrix_view<float>, cached_span const*, attention_shape);
template void attention_cached<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, matrix_view<bfloat16>,
                                         matrix_view<bfloat16>, cached_span const*, attention_shape);
}  // namespace snowcoder::cuda

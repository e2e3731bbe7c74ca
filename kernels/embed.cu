// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of embed for the element types of models.
#include <snowcoder/backend/cuda/embed.cuh>

namespace snowcoder::cuda {
template void embed<float>(device&, matrix_view<float>, matrix_view<float const>, std::int32_t const*);
template void embed_backward<float>(device&, matrix_view<float>, matrix_view<float const>, std::int32_t const*);
template void embed<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, std::int32_t const*);
template void embed<float16>(device&, matrix_view<float16>, matrix_view<float16 const>, std::int32_t const*);
template void embed_backward<bfloat16>(device&, matrix_view<float>, matrix_view<bfloat16 const>, std::int32_t const*);
}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of layer_norm for the element types of encoders.
#include <snowcoder/backend/cuda/layer_norm.cuh>

namespace snowcoder::cuda {
template void layer_norm<float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float const>, float const*,
                                float const*, float);
template void layer_norm<float>(device&, matrix_view<float>, matrix_view<float const>, float const*, float const*, float);
template void mean_rows<float>(device&, matrix_view<float>, matrix_view<float const>, std::int64_t const*);
template void layer_norm<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, matrix_view<bfloat16 const>,
                                   float const*, float const*, float);
template void layer_norm<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, float const*, float const*,
                                   float);
template void mean_rows<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, std::int64_t const*);
template void layer_norm<float16>(device&, matrix_view<float16>, matrix_view<float16 const>, matrix_view<float16 const>,
                                  float const*, float const*, float);
template void layer_norm<float16>(device&, matrix_view<float16>, matrix_view<float16 const>, float const*, float const*, float);
template void mean_rows<float16>(device&, matrix_view<float16>, matrix_view<float16 const>, std::int64_t const*);
}  // namespace snowcoder::cuda

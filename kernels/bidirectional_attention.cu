// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of bidirectional_attention for the element types of encoders.
#include <snowcoder/backend/cuda/bidirectional_attention.cuh>

namespace snowcoder::cuda {
template void bidirectional_attention<float>(device&, matrix_view<float>, matrix_view<float const>, matrix_view<float const>,
                                             std::int64_t const*, std::int64_t const*, std::int64_t, std::int64_t, arithmetic);
template void bidirectional_attention<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>,
                                                matrix_view<bfloat16 const>, std::int64_t const*, std::int64_t const*,
                                                std::int64_t, std::int64_t, arithmetic);
template void bidirectional_attention<float16>(device&, matrix_view<float16>, matrix_view<float16 const>,
                                               matrix_view<float16 const>, std::int64_t const*, std::int64_t const*,
                                               std::int64_t, std::int64_t, arithmetic);
}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of matmul for the element types of models.
#include <snowcoder/backend/cuda/matmul.cuh>

namespace snowcoder::cuda {
template void matmul<float, float>(device&, matrix_view<float>, operand<float>, operand<float>, product_options);
template void matmul<float, bfloat16>(device&, matrix_view<float>, operand<bfloat16>, operand<bfloat16>, product_options);
template void matmul<bfloat16, bfloat16>(device&, matrix_view<bfloat16>, operand<bfloat16>, operand<bfloat16>, product_options);
template void matmul_onto<float>(device&, matrix_view<float>, matrix_view<float const>, operand<float>, operand<float>);
template void matmul_onto<bfloat16>(device&, matrix_view<bfloat16>, matrix_view<bfloat16 const>, operand<bfloat16>,
                                    operand<bfloat16>);
template void add_bias<float>(device&, matrix_view<float>, float const*, activation);
template void matmul_with_bias<float>(device&, matrix_view<float>, operand<float>, operand<float>, float const*, product_end,
                                      bool);
template void matmul_with_bias<bfloat16>(device&, matrix_view<bfloat16>, operand<bfloat16>, operand<bfloat16>, bfloat16 const*,
                                         product_end, bool);
template void matmul_with_bias<float16>(device&, matrix_view<float16>, operand<float16>, operand<float16>, float16 const*,
                                        product_end, bool);
}  // namespace snowcoder::cuda

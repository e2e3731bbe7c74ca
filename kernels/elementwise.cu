// SPDX-License-Identifier: Apache-2.0
// Instantiates the launchers of elementwise for the element types of models.
#include <snowcoder/backend/cuda/elementwise.cuh>

namespace snowcoder::cuda {
template void add<float>(device&, float*, float const*, float const*, std::int64_t);
template void fill<float>(device&, float*, float, std::int64_t);
template void cast<float, float>(device&, float*, float const*, std::int64_t);
template void add<bfloat16>(device&, bfloat16*, bfloat16 const*, bfloat16 const*, std::int64_t);
template void fill<bfloat16>(device&, bfloat16*, bfloat16, std::int64_t);
template void cast<bfloat16, float>(device&, bfloat16*, float const*, std::int64_t);
template void cast<float, bfloat16>(device&, float*, bfloat16 const*, std::int64_t);
template void fill<std::int32_t>(device&, std::int32_t*, std::int32_t, std::int64_t);
}  // namespace snowcoder::cuda

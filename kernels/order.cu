// SPDX-License-Identifier: Apache-2.0
// Sorts and sums for the keys and values that verbs have.
#include <snowcoder/backend/cuda/order.cuh>

namespace snowcoder::cuda {
template void sort_pairs<std::uint64_t, std::uint32_t>(device&, std::uint64_t*, std::uint64_t const*, std::uint32_t*,
                                                       std::uint32_t const*, std::int64_t);
template void sort_pairs<std::uint32_t, std::uint64_t>(device&, std::uint32_t*, std::uint32_t const*, std::uint64_t*,
                                                       std::uint64_t const*, std::int64_t);
}  // namespace snowcoder::cuda

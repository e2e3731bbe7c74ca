// SPDX-License-Identifier: Apache-2.0
// What several ranks have of one part of an array, added in the order of the tree. Defined in sum_ranks.cuh.   twin:
// parallel::tree_sum
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// values (size) = ((0 + 1) + (2 + 3)) + …, over the rows of others (ranks, size); row `own` is `values` itself, and what lies
/// there in `others` is not read. `ranks` is a power of two.
void sum_ranks(device& d, float* values, float const* others, int ranks, int own, std::int64_t size);

}  // namespace snowcoder::cuda

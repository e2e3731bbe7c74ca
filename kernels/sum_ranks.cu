// SPDX-License-Identifier: Apache-2.0
// Launcher of sum_ranks.
#include <snowcoder/backend/cuda/sum_ranks.cuh>

// SPDX-License-Identifier: Apache-2.0
// Launchers of near_pairs: candidates, Jaccard, components.
#include <snowcoder/backend/cuda/near_pairs.cuh>

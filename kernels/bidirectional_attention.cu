// SPDX-License-Identifier: Apache-2.0
// Compiles the launchers of bidirectional_attention.
#include <snowcoder/backend/cuda/bidirectional_attention.cuh>

// SPDX-License-Identifier: Apache-2.0
// Compiles the launchers of layer_norm.
#include <snowcoder/backend/cuda/layer_norm.cuh>

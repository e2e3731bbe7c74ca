// SPDX-License-Identifier: Apache-2.0
// Compiles the launchers of adamw.
#include <snowcoder/backend/cuda/adamw.cuh>

// SPDX-License-Identifier: Apache-2.0
// Launcher of digit_counts.
#include <snowcoder/backend/cuda/digit_counts.cuh>

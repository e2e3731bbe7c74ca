// SPDX-License-Identifier: Apache-2.0
// Launchers of shingles: units and runs of texts.
#include <snowcoder/backend/cuda/shingles.cuh>

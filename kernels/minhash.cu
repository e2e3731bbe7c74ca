// SPDX-License-Identifier: Apache-2.0
// Launchers of minhash: signatures and band keys.
#include <snowcoder/backend/cuda/minhash.cuh>

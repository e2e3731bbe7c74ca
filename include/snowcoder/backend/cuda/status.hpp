// SPDX-License-Identifier: Apache-2.0
// The one place where the CUDA runtime's answers become errors. Kernels never report: what they require is checked before
// the launch, what the launch says is checked here.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <cuda_runtime_api.h>

#include <string>

namespace snowcoder::cuda {

/// Nothing on success; otherwise the runtime's words about `where`.
inline expected<void> check(cudaError_t status, std::string where) {
  if (status == cudaSuccess) return {};
  return failure(std::string("CUDA: ") + cudaGetErrorString(status), std::move(where));
}

/// Devices that can be used now; 0 without a driver or without a GPU.
inline int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace snowcoder::cuda

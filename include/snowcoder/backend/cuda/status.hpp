// SPDX-License-Identifier: Apache-2.0
// The one place where the CUDA runtime's answers become errors. Kernels never report: what they require is checked before
// the launch, what the launch says is checked here.
#pragma once

#include <snowcoder/core/expected.hpp>

#include <cuda_runtime_api.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace snowcoder::cuda {

/// Nothing on success; otherwise the runtime's words about `where`.
inline expected<void> check(cudaError_t status, std::string where) {
  if (status == cudaSuccess) return {};
  return failure(std::string("CUDA: ") + cudaGetErrorString(status), std::move(where));
}

/// Verbs return nothing, so a device that fails them (no memory left, a broken driver) throws this. It is never silent.
class device_failure : public std::runtime_error {
 public:
  explicit device_failure(error e) : std::runtime_error(e.message()), error_(std::move(e)) {}
  error const& reason() const { return error_; }

 private:
  error error_;
};

/// Throws what check() would return.
inline void must(cudaError_t status, char const* where) {
  if (status != cudaSuccess) [[unlikely]]
    throw device_failure(check(status, where).error());
}

/// Devices that can be used now; 0 without a driver or without a GPU.
inline int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Whether the device that a data program is told to use is there: said before any work is done.
#pragma once

#include <snowcoder/core/expected.hpp>
#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/status.hpp>
#endif

#include <string>

namespace snowcoder::pipeline {

/// `device`: cpu or cuda.
inline expected<void> check_device(std::string const& device) {
  if (device != "cuda") return {};
#ifdef SNOWCODER_CUDA
  if (cuda::device_count() > 0) return {};
  return failure("there is no GPU that can be used", "--device cuda", "use --device cpu, or look at what nvidia-smi says");
#else
  return failure("this program was built without CUDA", "--device cuda", "use --device cpu, or build where nvcc is found");
#endif
}

}  // namespace snowcoder::pipeline

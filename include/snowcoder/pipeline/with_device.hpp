// SPDX-License-Identifier: Apache-2.0
// The device that a program's --device names: the CPU, or a GPU where the program was built with the kernels
// (SNOWCODER_CUDA, which snowcoder_add_recipe defines).
#pragma once

#include <snowcoder/backend/cpu/backend.hpp>
#include <snowcoder/core/expected.hpp>
#ifdef SNOWCODER_CUDA
#include <snowcoder/backend/cuda/backend.hpp>
#endif

#include <string>
#include <type_traits>

namespace snowcoder::pipeline {

/// What work(device) returns, an expected. A GPU that is not there, or that fails while it works, is an error like others.
template <class Work>
auto with_device(std::string const& name, int threads, Work const& work) -> std::invoke_result_t<Work, cpu::device&> {
  if (name == "cpu") {
    cpu::device device(threads);
    return work(device);
  }
#ifdef SNOWCODER_CUDA
  try {
    cuda::device device;
    return work(device);
  } catch (cuda::device_failure const& e) {
    return failure(e.reason());
  }
#else
  return failure("this build knows the CPU only", "--device " + name,
                 "use --device cpu, or build where nvcc is, with -DSNOWCODER_CUDA=ON");
#endif
}

}  // namespace snowcoder::pipeline

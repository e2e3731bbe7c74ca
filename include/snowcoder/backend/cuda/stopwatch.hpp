// SPDX-License-Identifier: Apache-2.0
// Time that work takes on the GPU itself, by events in its queue.
#pragma once

#include <snowcoder/backend/cuda/status.hpp>

#include <cuda_runtime_api.h>

namespace snowcoder::cuda {

class stopwatch {
 public:
  explicit stopwatch(cudaStream_t queue) : queue_(queue) {
    must(cudaEventCreate(&begin_), "event");
    if (auto const made = cudaEventCreate(&end_); made != cudaSuccess) {
      cudaEventDestroy(begin_);
      must(made, "event");
    }
  }
  stopwatch(stopwatch const&) = delete;
  stopwatch& operator=(stopwatch const&) = delete;
  ~stopwatch() {
    cudaEventDestroy(begin_);
    cudaEventDestroy(end_);
  }

  /// Of what work() puts into the queue; waits for it.
  template <class Work>
  float milliseconds_of(Work const& work) const {
    must(cudaEventRecord(begin_, queue_), "event");
    work();
    must(cudaEventRecord(end_, queue_), "event");
    must(cudaEventSynchronize(end_), "work on the GPU");
    float took = 0;
    must(cudaEventElapsedTime(&took, begin_, end_), "event");
    return took;
  }

 private:
  cudaStream_t queue_;
  cudaEvent_t begin_ = nullptr, end_ = nullptr;
};

}  // namespace snowcoder::cuda

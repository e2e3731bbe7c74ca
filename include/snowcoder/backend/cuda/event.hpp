// SPDX-License-Identifier: Apache-2.0
// A mark in a device's queue that the host can wait for, while what was queued behind it goes on.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

namespace snowcoder::cuda {

class event {
 public:
  event() { must(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming), "event"); }
  event(event const&) = delete;
  event& operator=(event const&) = delete;
  ~event() { cudaEventDestroy(event_); }

  /// Stands behind what is queued now.
  void record(device& d) { must(cudaEventRecord(event_, d.queue()), "event"); }
  /// Returns when all before it is done.
  void wait() { must(cudaEventSynchronize(event_), "work on the GPU"); }

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace snowcoder::cuda

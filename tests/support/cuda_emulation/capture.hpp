// SPDX-License-Identifier: Apache-2.0
// Queues, and graphs of what was put into them. While a queue is captured its work is kept with copies of all arguments and not
// done; launching the graph does it. What may not be called meanwhile (whatever waits, allocates or frees, and any use of the
// default stream, which would keep step with the queue) fails, and spoils the capture as on a GPU.
#pragma once

#include <functional>
#include <utility>
#include <vector>

enum cudaError_t {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorStreamCaptureUnsupported = 900,
  cudaErrorStreamCaptureInvalidated = 901
};
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal = 1 };
struct CUgraph_st {
  std::vector<std::function<void()>> work;
};
using cudaGraph_t = CUgraph_st*;
struct CUgraphExec_st : CUgraph_st {};
using cudaGraphExec_t = CUgraphExec_st*;
struct CUstream_st {
  CUgraph_st captured;
  bool spoilt = false;
};
using cudaStream_t = CUstream_st*;

namespace cuda_emulation {

/// The queue that is captured now, if one is.
inline cudaStream_t captured = nullptr;

/// Of calls that a capture does not stand.
inline cudaError_t not_captured() {
  if (!captured) return cudaSuccess;
  captured->spoilt = true;
  return cudaErrorStreamCaptureUnsupported;
}

/// work() in its queue.
template <class Work>
cudaError_t queued(cudaStream_t queue, Work work) {
  if (!queue)
    if (auto const told = not_captured(); told != cudaSuccess) return told;
  if (!queue || queue != captured) return work(), cudaSuccess;
  if (queue->spoilt) return cudaErrorStreamCaptureInvalidated;
  return queue->captured.work.push_back(std::move(work)), cudaSuccess;
}

}  // namespace cuda_emulation

inline cudaError_t cudaStreamBeginCapture(cudaStream_t queue, cudaStreamCaptureMode) {
  if (!queue || cuda_emulation::captured) return cudaErrorStreamCaptureUnsupported;
  cuda_emulation::captured = queue;
  queue->captured.work.clear();
  return queue->spoilt = false, cudaSuccess;
}
inline cudaError_t cudaStreamEndCapture(cudaStream_t queue, cudaGraph_t* graph) {
  *graph = nullptr;
  if (!queue || cuda_emulation::captured != queue) return cudaErrorInvalidValue;
  cuda_emulation::captured = nullptr;
  if (queue->spoilt) return cudaErrorStreamCaptureInvalidated;
  return *graph = new CUgraph_st(std::move(queue->captured)), cudaSuccess;
}
inline cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  return *made = new CUgraphExec_st{*graph}, cudaSuccess;
}
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  if (cuda_emulation::captured) return cudaErrorStreamCaptureUnsupported;
  for (auto const& work : graph->work) work();
  return cudaSuccess;
}
inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return delete graph, cudaSuccess; }
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return delete graph, cudaSuccess; }

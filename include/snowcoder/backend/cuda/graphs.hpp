// SPDX-License-Identifier: Apache-2.0
// Work that is the same each time, as CUDA graphs: the host queues a whole pass of a model by one call. The same kernels run in
// the same order, so the bits stay; models whose kernels are shorter than their launches gain time. The first time the work is
// run plainly, so that products are measured, plans made and scratch() has grown; the second time it is recorded.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>

#include <cstdint>
#include <map>
#include <memory>

namespace snowcoder::cuda {

namespace detail {
struct graph_end {
  void operator()(cudaGraphExec_t g) const { cudaGraphExecDestroy(g); }  // behind what is still running of it
};
}  // namespace detail
using graph = std::unique_ptr<CUgraphExec_st, detail::graph_end>;

/// What body() puts into the queue; nothing of it has run. Null where not all can be recorded: a body that waits, as uploads
/// do, or allocates (buffer.hpp uses the default stream, with which the queue keeps step).
template <class Body>
graph recorded(device& d, Body const& body) {
  cudaGraphExec_t made = nullptr;
  cudaGraph_t drawn = nullptr;
  bool whole = cudaStreamBeginCapture(d.queue(), cudaStreamCaptureModeThreadLocal) == cudaSuccess;
  if (whole) {
    try {
      body();
    } catch (...) {
      whole = false;  // who runs it plainly meets what was not the recording's fault
    }
    whole &= cudaStreamEndCapture(d.queue(), &drawn) == cudaSuccess;
  }
  if (whole && cudaGraphInstantiateWithFlags(&made, drawn, 0) != cudaSuccess) made = nullptr;
  if (drawn) cudaGraphDestroy(drawn);
  if (!made) cudaGetLastError();  // dealt with: CUB, which asks for the last error, is not told of it
  return graph(made);
}

/// Kinds of work by Key: all addresses and numbers that it hands to kernels, but for those that stay until forget(), for
/// scratch() and for what product_plans() and attention_plans() keep.
template <class Key>
class recorder {
 public:
  /// Does what body() does. What body() does on the host beside queueing must not matter.
  template <class Body>
  void run(device& d, Key const& key, Body const& body) {
    if (!d.graphs()) return body();
    auto& w = works_[key];
    if (w.again && !w.refused && (!w.whole || w.generation != d.generation())) {
      w.whole = recorded(d, body);
      w.generation = d.generation();
      w.refused = !w.whole;
    }
    w.whole ? d.launch(w.whole.get()) : body();
    w.again = true;
  }
  /// Before memory that is not in a key moves.
  void forget() { works_.clear(); }

 private:
  struct work {
    graph whole;
    std::int64_t generation = 0;
    bool again = false, refused = false;  ///< refused: always run plainly
  };
  std::map<Key, work> works_;
};

}  // namespace snowcoder::cuda

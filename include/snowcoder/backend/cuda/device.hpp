// SPDX-License-Identifier: Apache-2.0
// A GPU as a device: one queue for all verbs, memory that they use between themselves, and the matrix products that were
// planned so far. Everything is queued; upload, download and whatever returns a number wait.
#pragma once

#include <snowcoder/backend/cuda/buffer.hpp>
#include <snowcoder/backend/cuda/pinned.hpp>
#include <snowcoder/backend/cuda/products.hpp>
#include <snowcoder/backend/cuda/status.hpp>
#include <snowcoder/config/device_memory.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace snowcoder::cuda {

template <class T>
class projection;
template <class Key>
class recorder;

class device {
 public:
  template <class T>
  using buffer = cuda::buffer<T>;
  template <class T>
  using host_array = pinned<T>;
  template <class T>
  using projection = cuda::projection<T>;
  template <class Key>
  using recorder = cuda::recorder<Key>;

  static constexpr bool batches_show = true;                                       ///< products add up as their shapes say
  static constexpr int logit_rows = config::logit_rows(config::device_kind::gpu);  ///< of the head, at the same time
  /// Elements that pass between an encoder's verbs: those of its products, for each verb takes as long as it reads and writes.
  template <class T>
  using stream = T;
  /// Rows that an encoder's products are given for so many: of few kinds, for a product of another shape is planned and
  /// measured anew, which takes longer than a batch.
  static constexpr std::int64_t planned_rows(std::int64_t rows) {
    constexpr std::int64_t most = 4096;
    std::int64_t few = 64;
    while (few < rows && few < most) few *= 2;
    return rows <= most ? few : (rows + most - 1) / most * most;
  }
  static constexpr std::int64_t row_gap = 0;  ///< between an encoder's rows

  /// Throws device_failure where that GPU cannot be used.
  explicit device(int ordinal = 0) {
    int count = 0;
    if (auto const asked = cudaGetDeviceCount(&count); asked != cudaSuccess || ordinal >= count)
      throw device_failure({asked == cudaSuccess ? "no such GPU" : std::string("CUDA: ") + cudaGetErrorString(asked),
                            "GPU " + std::to_string(ordinal), "run on the CPU, or look at what nvidia-smi says"});
    must(cudaSetDevice(ordinal), "choice of the GPU");
    int major = 0, minor = 0;
    must(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, ordinal), "architecture of the GPU");
    must(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, ordinal), "architecture of the GPU");
    architecture_ = 10 * major + minor;
    must(cudaStreamCreate(&queue_), "queue of the GPU");
    // Memory given back stays with the process: asking the driver for it again in every step would cost more than the step.
    cudaMemPool_t pool;
    must(cudaDeviceGetDefaultMemPool(&pool, ordinal), "memory pool");
    std::uint64_t keep = ~std::uint64_t(0);
    must(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "memory pool");
  }
  device(device const&) = delete;
  device& operator=(device const&) = delete;
  ~device() {
    cudaStreamSynchronize(queue_);
    cudaStreamDestroy(queue_);
  }

  /// The slot of scratch() that no verb uses: for_each_row_block's, whose work calls verbs.
  static constexpr int row_block_slot = 4;

  cudaStream_t queue() const { return queue_; }
  /// 90: sm_90.
  int architecture() const { return architecture_; }
  /// What tells the current GPU from every other, on any machine.
  using identity_words = std::array<std::uint64_t, 2>;
  static identity_words identity() {
    int ordinal = 0;
    cudaDeviceProp gpu = {};
    must(cudaGetDevice(&ordinal), "identity of the GPU");
    must(cudaGetDeviceProperties(&gpu, ordinal), "identity of the GPU");
    identity_words words;
    static_assert(sizeof words == sizeof gpu.uuid);
    std::memcpy(words.data(), &gpu.uuid, sizeof words);
    return words;
  }
  /// Returns when all that was queued is done.
  void wait() { must(cudaStreamSynchronize(queue_), "work on the GPU"); }
  products& product_plans() { return products_; }
  /// Libraries that verbs call, each with its version: another one may round sums otherwise. Defined in kernels/attention.cu,
  /// which knows whether cuDNN is among them.
  static std::vector<std::pair<std::string, std::string>> libraries();
  /// Whether every sum comes in the same order each time, as it does unless it is told otherwise: cuDNN's gradient of attention
  /// is quicker without. Not to be changed between verbs of a step.
  void repeatable(bool yes) { generation_ += yes != std::exchange(repeatable_, yes); }
  bool repeatable() const { return repeatable_; }
  /// What kernels/cudnn_attention.cpp keeps: its library's handle, and graphs by shape.
  std::shared_ptr<void>& attention_plans() { return attention_plans_; }

  /// Whether passes of training are recorded and launched as graphs (graphs.hpp); not unless it is told so.
  void graphs(bool yes) { graphs_ = yes; }
  bool graphs() const { return graphs_; }
  void launch(cudaGraphExec_t graph) {
    must(cudaGraphLaunch(graph, queue_), "launch of a graph");
    ++graphs_launched_;
  }
  std::int64_t graphs_launched() const { return graphs_launched_; }
  /// Another one whenever kernels that were recorded before are no longer those that verbs would queue: scratch() has moved, or
  /// repeatable() has changed. Plans of products and of causal attention stay as they are once they are made.
  std::int64_t generation() const { return generation_; }

  /// `count` elements that belong to the verb that asks until its kernels are done; contents are whatever was left there.
  /// A verb may hold one block per slot.
  template <class T>
  T* scratch(int slot, std::int64_t count) {
    auto& block = scratch_[std::size_t(slot)];
    auto const bytes = count * std::int64_t(sizeof(T));
    if (block.size() < bytes) ++generation_, block = buffer<std::byte>(), block = buffer<std::byte>::raw(bytes);
    return reinterpret_cast<T*>(block.data());
  }

 private:
  cudaStream_t queue_ = nullptr;
  int architecture_ = 0;
  products products_;
  std::shared_ptr<void> attention_plans_;
  bool repeatable_ = true, graphs_ = false;
  std::int64_t graphs_launched_ = 0, generation_ = 0;
  std::array<buffer<std::byte>, row_block_slot + 1> scratch_;
};

/// The host's elements to the device and back. Both wait until host memory may be used again.
template <class T>
void upload(device& d, T* to, T const* host, std::int64_t size) {
  if (size == 0) return;
  must(cudaMemcpyAsync(to, host, std::size_t(size) * sizeof(T), cudaMemcpyHostToDevice, d.queue()), "copy to the device");
  d.wait();
}
template <class T>
void download(device& d, T* host, T const* from, std::int64_t size) {
  if (size == 0) return;
  must(cudaMemcpyAsync(host, from, std::size_t(size) * sizeof(T), cudaMemcpyDeviceToHost, d.queue()), "copy from the device");
  d.wait();
}

}  // namespace snowcoder::cuda

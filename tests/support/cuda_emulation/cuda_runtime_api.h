// SPDX-License-Identifier: Apache-2.0
// Stands in for CUDA's header of this name where kernels are run on the CPU: device memory is memory of the host, exactly as
// large as asked for (so that a sanitizer sees what lies outside), at multiples of 256 bytes as a GPU's, and full of NaN; every
// call is done when it returns, or kept where its queue is captured (capture.hpp).
#pragma once

#include "capture.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <random>
#include <unordered_map>

enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaMemPoolAttr { cudaMemPoolAttrReleaseThreshold = 4 };
enum cudaDeviceAttr { cudaDevAttrComputeCapabilityMajor = 75, cudaDevAttrComputeCapabilityMinor = 76 };
using cudaMemPool_t = void*;
struct CUevent_st;
using cudaEvent_t = CUevent_st*;
struct cudaUUID_t {
  char bytes[16] = {};
};
struct cudaDeviceProp {
  char name[256] = "emulation";
  cudaUUID_t uuid;
  int multiProcessorCount = 1;
};
inline constexpr unsigned cudaEventDisableTiming = 2;

namespace cuda_emulation {

/// GPUs that a thread sees, from the machine's `first` on, and the one of them that it has chosen. All share their memory.
struct visible_gpus {
  int first = 0, count = 1, chosen = 0;
};
inline thread_local visible_gpus gpus_of_thread;
inline int compute_capability = 0;  ///< 90: as an H100's

/// Bytes of device memory that stand now, as they were asked for, and the most that stood at once.
class memory_counter {
 public:
  static memory_counter& all() {
    static memory_counter one;
    return one;
  }
  void took(void* memory, std::size_t bytes) {
    std::lock_guard const alone(mutex_);
    sizes_[memory] = bytes;
    most_ = std::max(most_, now_ += bytes);
  }
  void gave(void* memory) {
    std::lock_guard const alone(mutex_);
    if (auto const block = sizes_.extract(memory); !block.empty()) now_ -= block.mapped();
  }
  /// Forgets what stood before.
  void begin() {
    std::lock_guard const alone(mutex_);
    most_ = now_;
  }
  std::size_t now() const { return now_; }
  std::size_t most() const { return most_; }

 private:
  std::mutex mutex_;
  std::unordered_map<void*, std::size_t> sizes_;
  std::size_t now_ = 0, most_ = 0;
};

}  // namespace cuda_emulation

inline char const* cudaGetErrorString(cudaError_t e) {
  return e == cudaSuccess ? "no error" : e == cudaErrorMemoryAllocation ? "out of memory" : "not while a queue is captured";
}
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline cudaError_t cudaGetDeviceCount(int* count) { return *count = cuda_emulation::gpus_of_thread.count, cudaSuccess; }
inline cudaError_t cudaSetDevice(int ordinal) { return cuda_emulation::gpus_of_thread.chosen = ordinal, cudaSuccess; }
inline cudaError_t cudaStreamCreate(cudaStream_t* queue) { return *queue = new CUstream_st, cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cuda_emulation::not_captured(); }
inline cudaError_t cudaStreamDestroy(cudaStream_t queue) { return delete queue, cudaSuccess; }
inline cudaError_t cudaGetDevice(int* ordinal) { return *ordinal = cuda_emulation::gpus_of_thread.chosen, cudaSuccess; }
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* p, int ordinal) {
  *p = {};
  return p->uuid.bytes[15] = char(cuda_emulation::gpus_of_thread.first + ordinal), cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr which, int) {
  using cuda_emulation::compute_capability;
  *value = which == cudaDevAttrComputeCapabilityMajor ? compute_capability / 10 : compute_capability % 10;
  return cudaSuccess;
}
inline cudaError_t cudaEventCreate(cudaEvent_t* event) { return *event = nullptr, cudaSuccess; }
inline cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cuda_emulation::not_captured(); }
/// As on a GPU, nobody can foresee it: no two processes measure the same.
inline cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) {
  static std::mt19937 source(std::random_device{}());
  return *milliseconds = 1.0f + float(source() % 1000), cudaSuccess;
}
inline cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) { return *pool = nullptr, cudaSuccess; }
inline cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
/// Memory comes and goes at once, in the order of a queue that is not captured.
inline cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t) {
  if (auto const told = cuda_emulation::not_captured(); told != cudaSuccess) return told;
  if (posix_memalign(memory, 256, bytes) != 0) return cudaErrorMemoryAllocation;
  cuda_emulation::memory_counter::all().took(*memory, bytes);
  return std::memset(*memory, 0xff, bytes), cudaSuccess;
}
inline cudaError_t cudaFreeAsync(void* memory, cudaStream_t) {
  if (auto const told = cuda_emulation::not_captured(); told != cudaSuccess) return told;
  cuda_emulation::memory_counter::all().gave(memory);
  return std::free(memory), cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t queue) {
  return cuda_emulation::queued(queue, [=] { std::memset(memory, value, bytes); });
}
inline cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind, cudaStream_t queue) {
  return cuda_emulation::queued(queue, [=] { std::memmove(to, from, bytes); });
}
inline cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  if (auto const told = cuda_emulation::not_captured(); told != cudaSuccess) return told;
  *memory = std::malloc(bytes);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}
inline cudaError_t cudaFreeHost(void* memory) {
  if (auto const told = cuda_emulation::not_captured(); told != cudaSuccess) return told;
  return std::free(memory), cudaSuccess;
}
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return *event = nullptr, cudaSuccess; }

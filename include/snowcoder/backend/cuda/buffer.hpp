// SPDX-License-Identifier: Apache-2.0
// Memory on the current GPU, owned. It comes and goes in the order of the default stream, with which the queue of a device
// keeps step: memory given back is reused only behind the kernels that were queued before.
#pragma once

#include <snowcoder/backend/cuda/status.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace snowcoder::cuda {

template <class T>
class buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  buffer() = default;
  /// `count` elements, zero bits at first. Throws device_failure.
  explicit buffer(std::int64_t count) : buffer(count, uncleared{}) {
    if (count > 0) must(cudaMemsetAsync(data_, 0, bytes(), nullptr), "device memory");
  }
  buffer(buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  buffer& operator=(buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~buffer() {
    if (data_) cudaFreeAsync(data_, nullptr);
  }

  /// The same with whatever was left there.
  static buffer raw(std::int64_t count) { return buffer(count, uncleared{}); }

  T* data() { return data_; }
  T const* data() const { return data_; }
  std::int64_t size() const { return size_; }

 private:
  struct uncleared {};
  buffer(std::int64_t count, uncleared) : size_(count) {
    if (count == 0) return;
    void* memory = nullptr;
    must(cudaMallocAsync(&memory, bytes(), nullptr), "device memory");
    data_ = static_cast<T*>(memory);
  }
  std::size_t bytes() const { return std::size_t(size_) * sizeof(T); }
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Memory on the current GPU, owned; copies in and out wait until they are done.
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
  /// `count` elements, zero bits at first.
  static expected<buffer> make(std::int64_t count) {
    buffer b;
    b.size_ = count;
    void* memory = nullptr;
    SNOWCODER_CHECK(check(cudaMalloc(&memory, b.bytes()), "device memory"));
    b.data_ = static_cast<T*>(memory);
    SNOWCODER_CHECK(check(cudaMemset(memory, 0, b.bytes()), "device memory"));
    return b;
  }
  buffer(buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  buffer& operator=(buffer&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~buffer() {
    if (data_) cudaFree(data_);
  }

  T* data() const { return data_; }
  std::int64_t size() const { return size_; }

  /// Both copy size() elements.
  expected<void> upload(T const* host) {
    return check(cudaMemcpy(data_, host, bytes(), cudaMemcpyHostToDevice), "copy to the device");
  }
  expected<void> download(T* host) const {
    return check(cudaMemcpy(host, data_, bytes(), cudaMemcpyDeviceToHost), "copy from the device");
  }

 private:
  buffer() = default;
  std::size_t bytes() const { return std::size_t(size_) * sizeof(T); }
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Host memory that the GPU's copy engine reads and writes by itself, so that a copy runs beside the host and beside kernels.
#pragma once

#include <snowcoder/backend/cuda/status.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace snowcoder::cuda {

/// An array that grows and never shrinks: pinning costs more than keeping.
template <class T>
class pinned {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  pinned() = default;
  pinned(pinned&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        room_(std::exchange(other.room_, 0)) {}
  pinned& operator=(pinned&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(room_, other.room_);
    return *this;
  }
  ~pinned() {
    if (data_) cudaFreeHost(data_);
  }

  /// `count` elements whose contents nobody knows. No copy may be under way. Throws device_failure.
  void resize(std::int64_t count) {
    if (count > room_) {
      if (data_) must(cudaFreeHost(std::exchange(data_, nullptr)), "pinned memory");
      room_ = 0;
      void* memory = nullptr;
      must(cudaMallocHost(&memory, std::size_t(count) * sizeof(T)), "pinned memory");
      data_ = static_cast<T*>(memory);
      room_ = count;
    }
    size_ = count;
  }
  T* data() { return data_; }
  T const* data() const { return data_; }
  T& operator[](std::int64_t i) { return data_[i]; }
  T const& operator[](std::int64_t i) const { return data_[i]; }
  std::int64_t size() const { return size_; }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0, room_ = 0;
};

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Memory of the CPU as a device: an aligned array whose elements start as zero bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace snowcoder::cpu {

template <class T>
class buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  buffer() = default;
  explicit buffer(std::int64_t count) : size_(count) {
    auto const bytes = (std::size_t(count) * sizeof(T) + 63) / 64 * 64;
    data_.reset(static_cast<T*>(std::aligned_alloc(64, bytes + 64)));
    if (!data_) throw std::bad_alloc();
    std::memset(static_cast<void*>(data_.get()), 0, bytes);
  }
  T* data() { return data_.get(); }
  T const* data() const { return data_.get(); }
  std::int64_t size() const { return size_; }

 private:
  struct release {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T, release> data_;
  std::int64_t size_ = 0;
};

/// A block of `count` T's that belongs to the calling thread and to Use, a type that says what for: contents are whatever was
/// left there.
template <class T, class Use>
T* scratch(std::int64_t count) {
  thread_local buffer<T> block;
  if (block.size() < count) block = buffer<T>(count);
  return block.data();
}

}  // namespace snowcoder::cpu

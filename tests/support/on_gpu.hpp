// SPDX-License-Identifier: Apache-2.0
// What tests of the GPU's verbs share: arrays in device memory, and the device, which may be the emulation.
#pragma once

#include "support/catch.hpp"
#include "support/drawn.hpp"

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <vector>

namespace snowcoder::tests {

/// An array in device memory.
template <class T>
class on_gpu {
 public:
  on_gpu(cuda::device& d, std::vector<T> const& values) : device_(d), memory_(std::int64_t(values.size())) {
    upload(d, memory_.data(), values.data(), memory_.size());
  }
  T* data() { return memory_.data(); }
  T const* data() const { return memory_.data(); }
  matrix_view<T> view(std::int64_t columns) { return {data(), memory_.size() / columns, columns}; }
  matrix_view<T const> view(std::int64_t columns) const { return {data(), memory_.size() / columns, columns}; }
  std::vector<T> host() const {
    std::vector<T> values(static_cast<std::size_t>(memory_.size()));
    download(device_, values.data(), memory_.data(), memory_.size());
    return values;
  }

 private:
  cuda::device& device_;
  cuda::buffer<T> memory_;
};

/// False, with a line that says so, where there is no GPU: the test then ends as passed, if the device says so as well.
inline bool gpu_at_hand() {
  if (cuda::device_count() > 0) return true;
  WARN("skipped: no GPU here");
  CHECK_THROWS_AS(cuda::device(), cuda::device_failure);
  return false;
}

}  // namespace snowcoder::tests

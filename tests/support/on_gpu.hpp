// SPDX-License-Identifier: Apache-2.0
// What tests of the GPU's verbs share: drawn arrays, the same in device memory, and the device, which may be the emulation.
#pragma once

#include "support/catch.hpp"
#include "support/tolerance.hpp"

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace snowcoder::tests {

template <class T>
std::vector<T> normal(std::string_view name, std::int64_t count, double deviation = 1.0) {
  std::vector<T> values(static_cast<std::size_t>(count));
  draws const source(name, 11);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = T(float(deviation * source.normal(i)));
  return values;
}
inline std::vector<std::int32_t> drawn_ids(std::int64_t count, std::uint64_t bound) {
  std::vector<std::int32_t> out(static_cast<std::size_t>(count));
  draws const source("ids", 5);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::int32_t(source.below(bound, i));
  return out;
}

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

template <class T>
matrix_view<T> view(std::vector<T>& v, std::int64_t columns) {
  return {v.data(), std::int64_t(v.size()) / columns, columns};
}
template <class T>
matrix_view<T const> view(std::vector<T> const& v, std::int64_t columns) {
  return {v.data(), std::int64_t(v.size()) / columns, columns};
}
template <class T>
double distance(std::vector<T> const& a, std::vector<T> const& b) {
  return distance(a.data(), b.data(), std::int64_t(a.size()));
}

/// False, with a line that says so, where there is no GPU: the test then ends as passed, if the device says so as well.
inline bool gpu_at_hand() {
  if (cuda::device_count() > 0) return true;
  WARN("skipped: no GPU here");
  CHECK_THROWS_AS(cuda::device(), cuda::device_failure);
  return false;
}

}  // namespace snowcoder::tests

// SPDX-License-Identifier: Apache-2.0
// What self-tests are made of: arrays that lie on the host and on the device, and values to fill them with.
#pragma once

#include <snowcoder/backend/backend.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::pipeline {

/// The same elements on the host and on the device.
template <class Backend, class T>
class subject {
 public:
  subject(Backend& device, std::vector<T> values)
      : host(std::move(values)), device_(device), memory_(std::int64_t(host.size())) {
    upload(device_, memory_.data(), host.data(), memory_.size());
  }
  /// Zeros.
  subject(Backend& device, std::int64_t size) : subject(device, std::vector<T>(std::size_t(size))) {}

  T* data() { return memory_.data(); }
  T const* data() const { return memory_.data(); }
  matrix_view<T> on_device(std::int64_t columns) { return {data(), memory_.size() / columns, columns}; }
  matrix_view<T const> on_device(std::int64_t columns) const { return {data(), memory_.size() / columns, columns}; }
  matrix_view<T> on_host(std::int64_t columns) { return {host.data(), memory_.size() / columns, columns}; }
  matrix_view<T const> on_host(std::int64_t columns) const { return {host.data(), memory_.size() / columns, columns}; }

  /// What stands on the device now.
  std::vector<T> fetched() const {
    std::vector<T> values(host.size());
    download(device_, values.data(), memory_.data(), memory_.size());
    return values;
  }
  std::vector<T> fetched_rows(std::int64_t first, std::int64_t count, std::int64_t columns) const {
    std::vector<T> values(static_cast<std::size_t>(count * columns));
    download(device_, values.data(), memory_.data() + first * columns, count * columns);
    return values;
  }

  std::vector<T> host;

 private:
  Backend& device_;
  typename Backend::template buffer<T> memory_;
};

/// Normal values. Of long arrays they repeat, with a prime period, so that no two rows are the same.
template <class T>
std::vector<T> normal_values(std::string_view name, std::int64_t size, double deviation = 1.0) {
  constexpr std::int64_t period = 65537;
  draws const source(name, 1);
  std::vector<T> values(static_cast<std::size_t>(size));
  auto const drawn = std::min(size, period);
  for (std::int64_t i = 0; i < drawn; ++i) values[std::size_t(i)] = T(float(deviation * source.normal(std::uint64_t(i))));
  for (std::int64_t i = drawn; i < size; ++i) values[std::size_t(i)] = values[std::size_t(i - period)];
  return values;
}
inline std::vector<std::int32_t> drawn_below(std::int64_t bound, std::int64_t size) {
  draws const source("self-test ids", 1);
  std::vector<std::int32_t> values(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::int32_t(source.below(std::uint64_t(bound), i));
  return values;
}

}  // namespace snowcoder::pipeline

// SPDX-License-Identifier: Apache-2.0
// A borrowed row-major matrix. g++ 12 has no <mdspan>; two extents are all that the models need.
#pragma once

#include <snowcoder/core/host_device.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace snowcoder {

/// Rows of `columns` elements, `stride` elements apart; the memory belongs to someone else (host or device).
template <class T>
struct matrix_view {
  T* data = nullptr;
  std::int64_t rows = 0, columns = 0, stride = 0;

  constexpr matrix_view() = default;
  SNOWCODER_HD constexpr matrix_view(T* d, std::int64_t r, std::int64_t c) : data(d), rows(r), columns(c), stride(c) {}
  SNOWCODER_HD constexpr matrix_view(T* d, std::int64_t r, std::int64_t c, std::int64_t s)
      : data(d), rows(r), columns(c), stride(s) {}
  template <class U>
  requires(std::is_same_v<U const, T> && !std::is_same_v<U, T>) SNOWCODER_HD constexpr matrix_view(matrix_view<U> other)
      : data(other.data), rows(other.rows), columns(other.columns), stride(other.stride) {}

  SNOWCODER_HD constexpr T* row(std::int64_t i) const { return data + i * stride; }
  SNOWCODER_HD constexpr std::int64_t size() const { return rows * columns; }
  /// Columns [first, first + count) of every row.
  SNOWCODER_HD constexpr matrix_view part(std::int64_t first, std::int64_t count) const {
    return {data + first, rows, count, stride};
  }
  /// Rows [first, first + count).
  SNOWCODER_HD constexpr matrix_view slice(std::int64_t first, std::int64_t count) const {
    return {row(first), count, columns, stride};
  }
};

}  // namespace snowcoder

// SPDX-License-Identifier: Apache-2.0
// Work on rows that do not see each other: on the GPU all of them at once, for a verb fills the device by itself.
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// Calls work(0, room) with room of (rows, columns), whose contents are whatever was left there.
template <class T, class Work>
void for_each_row_block(device& d, std::int64_t rows, std::int64_t columns, Work const& work) {
  if (rows > 0) work(0, matrix_view<T>(d.scratch<T>(device::row_block_slot, rows * columns), rows, columns));
}

}  // namespace snowcoder::cuda

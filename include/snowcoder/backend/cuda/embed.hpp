// SPDX-License-Identifier: Apache-2.0
// Rows of a table by number, and the gradient of that, on the GPU. Defined in embed.cuh.   twin:
// backend/cpu/reference/embed.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// out(i) = table(ids[i]). ids in device memory, within [0, table.rows).
template <class T>
void embed(device& d, matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids);

/// dtable(ids[i]) += dout(i), rows in order: the bits of the twin. Rows are sorted by id, nothing is added by atomics.
template <class T>
void embed_backward(device& d, matrix_view<float> dtable, matrix_view<T const> dout, std::int32_t const* ids);

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// Twin of backend/cpu/embed.hpp.
#pragma once

#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cpu::reference {

template <class T>
void embed(matrix_view<T> out, matrix_view<T const> table, std::int32_t const* ids) {
  for (std::int64_t i = 0; i < out.rows; ++i)
    for (std::int64_t j = 0; j < out.columns; ++j) out.row(i)[j] = table.row(ids[i])[j];
}

template <class T>
void embed_backward(matrix_view<float> dtable, matrix_view<T const> dout, std::int32_t const* ids) {
  for (std::int64_t i = 0; i < dout.rows; ++i)
    for (std::int64_t j = 0; j < dout.columns; ++j) dtable.row(ids[i])[j] += float(dout.row(i)[j]);
}

}  // namespace snowcoder::cpu::reference

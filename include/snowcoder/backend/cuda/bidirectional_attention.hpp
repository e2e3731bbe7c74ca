// SPDX-License-Identifier: Apache-2.0
// Attention without a mask over sections of different lengths that lie back to back, on the GPU: nothing is padded but the
// last tile of a section. Defined in bidirectional_attention.cuh.   twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/arithmetic.hpp>
#include <snowcoder/backend/cuda/attention.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// q (queries, width), kv (rows, 2 width: keys, then values). Section s has the queries [query_offsets[s], query_offsets[s +
/// 1]) and the rows [offsets[s], offsets[s + 1]); both in host memory. out (queries, width) may be q: a block reads its queries
/// before it writes them. Products are of floats, however narrow they might be.
template <class T>
void bidirectional_attention(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv,
                             std::int64_t const* query_offsets, std::int64_t const* offsets, std::int64_t sections,
                             std::int64_t heads, arithmetic how = arithmetic::exact);

}  // namespace snowcoder::cuda

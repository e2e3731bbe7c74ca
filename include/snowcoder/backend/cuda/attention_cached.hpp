// SPDX-License-Identifier: Apache-2.0
// Attention of new tokens against keys and values that are kept, on the GPU. Defined in attention_cached.cuh.
// twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cached_span.hpp>
#include <snowcoder/backend/cuda/attention.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// Row r of qkv (rows, packed), q and k turned, is a new token of the sequence that where[r] (host memory) names: its key and
/// value are stored as the last rows of that span of keys and values (positions, kv_width), then its queries see the whole
/// span. Earlier rows of the span were stored before or stand in the same call. out: (rows, width).
template <class T>
void attention_cached(device& d, matrix_view<T> out, matrix_view<T const> qkv, matrix_view<T> keys, matrix_view<T> values,
                      cached_span const* where, attention_shape shape);

}  // namespace snowcoder::cuda

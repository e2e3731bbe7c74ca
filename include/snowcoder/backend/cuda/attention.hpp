// SPDX-License-Identifier: Apache-2.0
// Causal attention within documents on the GPU, and its gradient: plain tiled kernels of our own, whose additions come in an
// order that depends on shapes alone. Defined in attention.cuh.   twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

namespace snowcoder::cuda {

/// The widest head that kernels have room for.
inline constexpr std::int64_t widest_head = 128;

/// Why kernels of our own attend over such a shape, and not cuDNN; null where cuDNN does. Of `starts` and `documents` it
/// matters whether there are any.
char const* library_declines(device& d, dtype elements, attention_shape shape);

/// Whether attention over such a shape reads `documents`: cuDNN's does, kernels of our own read `starts` alone.
bool lists_documents(device& d, dtype elements, attention_shape shape);

/// out (rows, width) from packed qkv (rows, width + 2 kv_width); log_sums (sequences, heads, length) are kept for the
/// backward pass. out and qkv must not overlap. shape.starts in device memory. Heads of at most widest_head elements.
/// The shape is the same in both directions.
template <class T>
void attention(device& d, matrix_view<T> out, float* log_sums, matrix_view<T const> qkv, attention_shape shape);

/// dqkv from the gradient of out. dqkv must not overlap the others.
template <class T>
void attention_backward(device& d, matrix_view<T> dqkv, matrix_view<T const> qkv, matrix_view<T const> out,
                        float const* log_sums, matrix_view<T const> dout, attention_shape shape);

}  // namespace snowcoder::cuda

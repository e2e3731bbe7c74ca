// SPDX-License-Identifier: Apache-2.0
// Causal attention by cuDNN, where the kernels were built with its frontend (SNOWCODER_CUDNN_FRONTEND). Defined in
// kernels/cudnn_attention.cpp, the one place that includes the frontend: its headers take a minute to compile. attention.cuh
// calls it for the shapes that it serves, and its own kernels for the others: lengths that are no multiple of 128, documents
// kept apart (`starts`) without a list of them, float.   twin: backend/cpu/reference/attention.hpp
#pragma once

#include <snowcoder/backend/attention_shape.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <string>

namespace snowcoder::cuda {

/// The library's version, as in "9.19.0".
std::string cudnn_version();

/// Why the library is not asked for a shape; null where it is. Known faults of it lie at other lengths and in versions before
/// 9.19 (reports 160 and 1072 of its frontend). `architecture` as device::architecture() has it.
char const* cudnn_declines(attention_shape const& shape, int architecture);

/// Whether the library makes plans, in both directions, of documents in such a batch (starts, whether there are any, aside): of
/// as many as long as a sequence as it has room for. It takes seconds when a shape is first asked for.
bool cudnn_plans_documents(device& d, attention_shape const& shape);

/// As attention() and attention_backward(), all sequences in one graph, or documents run by run (document_runs.hpp). What
/// log_sums holds is for cuDNN alone. Its workspace: config/training_memory.hpp.
void cudnn_attention(device& d, matrix_view<bfloat16> out, float* log_sums, matrix_view<bfloat16 const> qkv,
                     attention_shape shape);
void cudnn_attention_backward(device& d, matrix_view<bfloat16> dqkv, matrix_view<bfloat16 const> qkv,
                              matrix_view<bfloat16 const> out, float const* log_sums, matrix_view<bfloat16 const> dout,
                              attention_shape shape);

/// What is wrong with the graphs of a shape, or of one whose sequences are documents, for an architecture (90: H100); empty if
/// nothing. Needs no GPU.
std::string cudnn_attention_fault(attention_shape shape, int architecture, bool documents);

}  // namespace snowcoder::cuda

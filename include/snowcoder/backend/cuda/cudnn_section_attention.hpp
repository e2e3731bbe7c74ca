// SPDX-License-Identifier: Apache-2.0
// Attention over sections by cuDNN, where the kernels were built with its frontend (SNOWCODER_CUDNN_FRONTEND). Defined in
// kernels/cudnn_section_attention.cpp. bidirectional_attention.cuh calls it, and its own kernels where this declines: heads of
// other widths, one query a section, sections of many lengths before sm_90.
// twin: backend/cpu/reference/bidirectional_attention.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/section_runs.hpp>
#include <snowcoder/core/dtype.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <string>

namespace snowcoder::cuda {

/// As bidirectional_attention() where every row asks; out is apart from q. False, and nothing was done, where the library has
/// no kernel for it. T is bfloat16 or float16.
template <class T>
bool cudnn_section_attention(device& d, matrix_view<T> out, matrix_view<T const> q, matrix_view<T const> kv,
                             std::int64_t const* offsets, std::int64_t sections, std::int64_t heads);

/// What is wrong with the graph of a run of such elements for an architecture (90: H100); empty if nothing. Needs no GPU.
std::string cudnn_section_attention_fault(section_run const& run, std::int64_t heads, std::int64_t head_width, dtype elements,
                                          int architecture);

}  // namespace snowcoder::cuda

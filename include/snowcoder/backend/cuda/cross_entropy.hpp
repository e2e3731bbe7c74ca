// SPDX-License-Identifier: Apache-2.0
// The loss of a vocabulary's logits and its gradient on the GPU; models hand over a chunk of rows at a time. Defined in
// cross_entropy.cuh.   twin: backend/cpu/reference/cross_entropy.hpp
#pragma once

#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>

namespace snowcoder::cuda {

/// losses[i] = log(sum(exp(logits(i)))) - logits(i)[targets[i]]. Targets in [0, logits.columns), device memory.
void cross_entropy(device& d, float* losses, matrix_view<float const> logits, std::int32_t const* targets);

/// dlogits = scale * (softmax(logits) - one_hot(target)), given the losses of the same logits. dlogits may be the logits.
template <class T>
void cross_entropy_backward(device& d, matrix_view<T> dlogits, float const* losses, matrix_view<float const> logits,
                            std::int32_t const* targets, float scale);

}  // namespace snowcoder::cuda

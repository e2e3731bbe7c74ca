// SPDX-License-Identifier: Apache-2.0
// The loss of every position in nats, and the gradient of the logits.   twin: backend/cpu/reference/cross_entropy.hpp
#pragma once

#include <snowcoder/backend/cpu/device.hpp>
#include <snowcoder/backend/cpu/element.hpp>
#include <snowcoder/backend/cpu/exponential.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cmath>
#include <cstdint>

namespace snowcoder::cpu {

namespace detail {
inline constexpr std::int64_t loss_piece = 8;  // rows: a row is a whole vocabulary
}

/// losses[i] = log(sum(exp(logits(i)))) - logits(i)[targets[i]]. Requires targets in [0, logits.columns).
inline void cross_entropy(device& d, float* losses, matrix_view<float const> logits, std::int32_t const* targets) {
  d.for_each_row(logits.rows, detail::loss_piece, [&](std::int64_t i) {
    float const* x = logits.row(i);
    float most = x[0], sum = 0;
#pragma omp simd reduction(max : most)
    for (std::int64_t j = 0; j < logits.columns; ++j) most = x[j] > most ? x[j] : most;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t j = 0; j < logits.columns; ++j) sum += exponential(x[j] - most);
    losses[i] = std::log(sum) + (most - x[targets[i]]);
  });
}

/// dlogits = scale * (softmax(logits) - one_hot(target)), given the losses of the same logits. dlogits may be the logits.
template <class T>
void cross_entropy_backward(device& d, matrix_view<T> dlogits, float const* losses, matrix_view<float const> logits,
                            std::int32_t const* targets, float scale) {
  d.for_each_row(logits.rows, detail::loss_piece, [&](std::int64_t i) {
    float const* x = logits.row(i);
    T* out = dlogits.row(i);
    float const target = x[targets[i]], all = losses[i] + target;
#pragma omp simd
    for (std::int64_t j = 0; j < logits.columns; ++j) store(out[j], exponential(x[j] - all) * scale);
    out[targets[i]] = T((exponential(target - all) - 1.0f) * scale);
  });
}

}  // namespace snowcoder::cpu

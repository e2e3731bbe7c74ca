// SPDX-License-Identifier: Apache-2.0
// The twins of an encoder's verbs as a device, beside those of a decoder: everything in float, sums in double.
#pragma once

#include "support/twin_device.hpp"

#include <snowcoder/backend/cpu/reference/bidirectional_attention.hpp>
#include <snowcoder/backend/cpu/reference/layer_norm.hpp>
#include <snowcoder/backend/cpu/reference/mean_rows.hpp>
#include <snowcoder/backend/cpu/reference/projection.hpp>

#include <cstdint>
#include <vector>

namespace snowcoder::tests {

/// A weight (outputs, inputs) and its bias, as they were given.
template <class T>
class twin_projection {
 public:
  twin_projection() = default;
  twin_projection(matrix_view<float const> weight, float const* bias)
      : inputs_(weight.columns), bias_(bias, bias + weight.rows) {
    for (std::int64_t o = 0; o < weight.rows; ++o) weight_.insert(weight_.end(), weight.row(o), weight.row(o) + inputs_);
  }
  matrix_view<float const> weight() const { return {weight_.data(), std::int64_t(bias_.size()), inputs_}; }
  float const* bias() const { return bias_.data(); }

 private:
  std::int64_t inputs_ = 0;
  std::vector<float> weight_, bias_;
};

template <class T>
void pack(twin_device&, twin_projection<T>& to, matrix_view<float const> weight, float const* bias) {
  to = twin_projection<T>(weight, bias);
}
template <class T>
void project(twin_device&, matrix_view<float> y, matrix_view<float const> x, twin_projection<T> const& w,
             activation act = activation::none) {
  cpu::reference::project<T>(y, x, w.weight(), w.bias(), act);
}
template <class T, class Work>
void for_each_row_block(twin_device&, std::int64_t rows, std::int64_t columns, Work const& work) {
  std::vector<T> room(std::size_t(rows * columns));
  if (rows > 0) work(0, matrix_view<T>(room.data(), rows, columns));
}
template <class T>
void mean_rows(twin_device&, matrix_view<float> out, matrix_view<T const> x, std::int64_t const* offsets) {
  cpu::reference::mean_rows(out, x, offsets);
}
template <class T>
void layer_norm(twin_device&, matrix_view<T> y, matrix_view<T const> x, matrix_view<T const> residual, float const* weight,
                float const* bias, float epsilon) {
  std::vector<T> const kept(residual.row(0), residual.row(residual.rows - 1) + residual.columns);  // y may be it
  cpu::reference::layer_norm(y, x, matrix_view<T const>(kept.data(), residual.rows, residual.columns, residual.stride), weight,
                             bias, epsilon);
}
inline void bidirectional_attention(twin_device&, matrix_view<float> out, matrix_view<float const> q,
                                    matrix_view<float const> kv, std::int64_t const* query_offsets, std::int64_t const* offsets,
                                    std::int64_t sections, std::int64_t heads, arithmetic) {
  cpu::reference::bidirectional_attention(out, q, kv, query_offsets, offsets, sections, heads);
}
static_assert(encoder_backend<twin_device, float> && !adds_in_products<twin_device, float>);

}  // namespace snowcoder::tests

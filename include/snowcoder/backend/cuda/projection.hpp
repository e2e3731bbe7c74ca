// SPDX-License-Identifier: Apache-2.0
// y = act(x W' + bias) on the GPU for a weight that never changes, in the arithmetic of T: float, or bfloat16, to which weight
// and rows are rounded. Rows and results are float.   twin: backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cuda/device.hpp>
#include <snowcoder/backend/cuda/elementwise.hpp>
#include <snowcoder/backend/cuda/matmul.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <cstdint>
#include <type_traits>
#include <vector>

namespace snowcoder::cuda {

template <class T>
class projection {
 public:
  projection() = default;
  /// `weight` (outputs, inputs) and `bias` (outputs, may be null) in host memory.
  projection(device& d, matrix_view<float const> weight, float const* bias)
      : outputs_(weight.rows), inputs_(weight.columns), weight_(weight.rows * weight.columns), bias_(bias ? weight.rows : 0) {
    std::vector<T> values;
    values.reserve(std::size_t(weight_.size()));
    for (std::int64_t o = 0; o < outputs_; ++o)
      for (std::int64_t i = 0; i < inputs_; ++i) values.push_back(T(weight.row(o)[i]));
    upload(d, weight_.data(), values.data(), weight_.size());
    if (bias) upload(d, bias_.data(), bias, outputs_);
  }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  matrix_view<T const> weight() const { return {weight_.data(), outputs_, inputs_}; }
  float const* bias() const { return bias_.data(); }

 private:
  std::int64_t outputs_ = 0, inputs_ = 0;
  buffer<T> weight_;
  buffer<float> bias_;
};

template <class T>
void pack(device& d, projection<T>& to, matrix_view<float const> weight, float const* bias) {
  to = projection<T>(d, weight, bias);
}

/// out(i) = T(x(i)), whatever the strides.
template <class T>
void cast_rows(device& d, matrix_view<T> out, matrix_view<float const> x);

/// y (rows, outputs) = act(x (rows, inputs) x W' + bias).
template <class T>
void project(device& d, matrix_view<float> y, matrix_view<float const> x, projection<T> const& p,
             activation act = activation::none) {
  require(x.columns == p.inputs() && y.columns == p.outputs() && x.rows == y.rows, "project: shapes agree");
  if (y.rows == 0) return;
  if constexpr (std::is_same_v<T, float>) {
    matmul(d, y, operand<float>(x), transposed(p.weight()));
  } else {
    matrix_view<T> const rounded(d.scratch<T>(0, x.size()), x.rows, x.columns);
    cast_rows(d, rounded, x);
    matmul(d, y, operand<T>(rounded), transposed(p.weight()));
  }
  if (p.bias() || act != activation::none) add_bias(d, y, p.bias(), act);
}

}  // namespace snowcoder::cuda

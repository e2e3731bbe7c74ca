// SPDX-License-Identifier: Apache-2.0
// y = act(x W' + bias) on the GPU for a weight that never changes, in T: float, or bfloat16 or float16, to which the weight and
// the bias are rounded; rows and results are T too. Everything behind the sum is the product's own end: no pass over y follows
// it, but for the exact gelu of float. With the others gelu is v (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3))) / 2, the one that
// products know: it moves a vector of twelve layers by 3e-7 of its cosine, where rounding to float16 moves it by 1e-6 and
// rounding to bfloat16 by 7e-5. twin: backend/cpu/reference/projection.hpp
#pragma once

#include <snowcoder/backend/activation.hpp>
#include <snowcoder/backend/cuda/device.hpp>
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
      : outputs_(weight.rows), inputs_(weight.columns), weight_(weight.rows * weight.columns), bias_(weight.rows) {
    std::vector<T> values;
    values.reserve(std::size_t(weight_.size()));
    for (std::int64_t o = 0; o < outputs_; ++o)
      for (std::int64_t i = 0; i < inputs_; ++i) values.push_back(T(weight.row(o)[i]));
    upload(d, weight_.data(), values.data(), weight_.size());
    if (!bias) return;
    std::vector<T> const narrow(bias, bias + outputs_);
    upload(d, bias_.data(), narrow.data(), outputs_);
  }
  std::int64_t outputs() const { return outputs_; }
  std::int64_t inputs() const { return inputs_; }
  matrix_view<T const> weight() const { return {weight_.data(), outputs_, inputs_}; }
  T const* bias() const { return bias_.data(); }

 private:
  std::int64_t outputs_ = 0, inputs_ = 0;
  buffer<T> weight_, bias_;
};

template <class T>
void pack(device& d, projection<T>& to, matrix_view<float const> weight, float const* bias) {
  to = projection<T>(d, weight, bias);
}

/// y (rows, outputs) = act(x (rows, inputs) x W' + bias).
template <class T>
void project(device& d, matrix_view<T> y, matrix_view<T const> x, projection<T> const& p, activation act = activation::none) {
  require(x.columns == p.inputs() && y.columns == p.outputs() && x.rows == y.rows, "project: shapes agree");
  constexpr bool exact = std::is_same_v<T, float>;
  bool const gelu = act == activation::gelu;
  matmul_with_bias(d, y, operand<T>(x), transposed(p.weight()), p.bias(),
                   gelu && !exact ? product_end::bias_and_gelu : product_end::bias);
  if constexpr (exact)
    if (gelu) add_bias(d, y, nullptr, act);
}

/// y += x W' + bias, rounded once.
template <class T>
void project_onto(device& d, matrix_view<T> y, matrix_view<T const> x, projection<T> const& p) {
  require(x.columns == p.inputs() && y.columns == p.outputs() && x.rows == y.rows, "project_onto: shapes agree");
  matmul_with_bias(d, y, operand<T>(x), transposed(p.weight()), p.bias(), product_end::bias, true);
}

}  // namespace snowcoder::cuda

// SPDX-License-Identifier: Apache-2.0
// The trained part of an annotator: a vector of the frozen encoder to one number (paper section 2.3). A regressor's number
// is the score itself and never passes a sigmoid; a classifier's is a logit.
#pragma once

#include <snowcoder/annotate/logistic.hpp>
#include <snowcoder/config/annotator.hpp>
#include <snowcoder/core/contract.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace snowcoder::annotate {

/// ANN-EDU is trained by regression, the others by classification.
constexpr bool is_regression(config::annotator_recipe r) { return r == config::annotator_recipe::edu; }

/// linear: w . x + b. pooled_tanh: w . tanh(P x + p) + b. `parameters` holds [P, p,] w, b.
struct head {
  config::head_shape shape = config::head_shape::linear;
  config::annotator_recipe recipe = config::annotator_recipe::hqins;
  std::int64_t width = 0;
  std::vector<float> parameters;

  static constexpr std::int64_t size(config::head_shape shape, std::int64_t width) {
    return width + 1 + (shape == config::head_shape::pooled_tanh ? width * width + width : 0);
  }
  std::int64_t pool_size() const { return shape == config::head_shape::pooled_tanh ? width * width + width : 0; }
  std::span<float const> pool_weight() const { return {parameters.data(), std::size_t(pool_size() ? width * width : 0)}; }
  std::span<float const> pool_bias() const {
    return {parameters.data() + pool_weight().size(), std::size_t(pool_size() ? width : 0)};
  }
  std::span<float const> weight() const { return {parameters.data() + pool_size(), std::size_t(width)}; }
  float bias() const { return parameters[std::size_t(pool_size() + width)]; }

  /// The raw number for one vector; sums in double, in order.
  float operator()(std::span<float const> x) const {
    require(std::int64_t(x.size()) == width && std::int64_t(parameters.size()) == size(shape, width),
            "head: the vector has the head's width");
    auto const dot = [](float const* a, float const* b, std::int64_t n) {
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) sum += double(a[i]) * double(b[i]);
      return sum;
    };
    if (shape == config::head_shape::linear) return float(dot(weight().data(), x.data(), width) + double(bias()));
    double sum = double(bias());
    for (std::int64_t i = 0; i < width; ++i)
      sum += double(weight()[std::size_t(i)]) *
             std::tanh(dot(pool_weight().data() + i * width, x.data(), width) + double(pool_bias()[std::size_t(i)]));
    return float(sum);
  }
};

/// The score of a file from its sections' raw numbers: the mean of probabilities (or of logits, then one sigmoid) for a
/// classifier; the mean raw value for a regressor.
inline double average(std::span<float const> logits, config::annotator_recipe recipe, config::section_average how) {
  bool const each = !is_regression(recipe) && how == config::section_average::probability;
  double sum = 0;
  for (auto l : logits) sum += each ? sigmoid(double(l)) : double(l);
  double const mean = sum / double(logits.size());
  return is_regression(recipe) || each ? mean : sigmoid(mean);
}

}  // namespace snowcoder::annotate

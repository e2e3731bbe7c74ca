// SPDX-License-Identifier: Apache-2.0
// A linear model over hashed n-grams of words, after fastText's supervised classifier (Joulin et al. 2017; DCLM's filter is
// one). One weight a bucket in place of an embedding and a matrix, which for two classes is the same family of functions;
// trained by our own gradient descent in a fixed order.
#pragma once

#include <snowcoder/annotate/logistic.hpp>
#include <snowcoder/annotate/ngram_features.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

namespace snowcoder::annotate {

struct ngram_model {
  ngram_settings settings;
  std::vector<float> weights;  ///< (2^bits)
  float bias = 0;

  double logit(ngram_features const& f) const {
    double sum = double(bias);
    for (auto const& [bucket, value] : f) sum += double(weights[bucket]) * double(value);
    return sum;
  }
};

struct ngram_example {
  ngram_features text;
  bool positive = false;
};

/// Logistic regression by AdaGrad, one example at a time, in an order drawn for every epoch: same examples, same model.
inline ngram_model train_ngrams(std::span<ngram_example const> examples, ngram_settings const& s, std::uint64_t seed,
                                std::function<void(int epoch, double loss)> const& after_epoch = {}) {
  require(s.order >= 1 && s.bits >= 1 && s.bits <= 28, "train_ngrams: an order from 1, 1 to 28 bits");
  ngram_model m{s, std::vector<float>(std::size_t(1) << s.bits), 0};
  std::vector<float> squares(m.weights.size());
  float bias_squares = 0;
  draws const order("ngram epoch", seed);
  auto const move = [&](float& weight, float& seen, double slope) {
    seen += float(slope * slope);
    weight -= float(s.rate * slope / (std::sqrt(double(seen)) + 1e-8));
  };
  std::vector<std::size_t> sequence(examples.size());
  for (int epoch = 1; epoch <= s.epochs; ++epoch) {
    std::iota(sequence.begin(), sequence.end(), std::size_t(0));
    shuffle(sequence, order, std::uint64_t(epoch));
    double sum = 0;
    for (auto i : sequence) {
      auto const& e = examples[i];
      auto const [loss, slope] = logistic_loss(m.logit(e.text), e.positive ? 1 : 0);
      sum += loss;
      for (auto const& [bucket, value] : e.text) move(m.weights[bucket], squares[bucket], slope * double(value));
      move(m.bias, bias_squares, slope);
    }
    if (after_epoch) after_epoch(epoch, sum / double(std::max<std::size_t>(1, examples.size())));
  }
  return m;
}

}  // namespace snowcoder::annotate

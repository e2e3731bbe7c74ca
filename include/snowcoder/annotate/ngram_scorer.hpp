// SPDX-License-Identifier: Apache-2.0
// A linear model over hashed n-grams of words, after fastText's supervised classifier (Joulin et al. 2017; DCLM's filter is
// one): the rival of the encoder's heads that costs almost nothing. One weight a bucket in place of an embedding and a
// matrix, which for two classes is the same family of functions; trained by our own gradient descent in a fixed order.
#pragma once

#include <snowcoder/annotate/head.hpp>
#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/contract.hpp>
#include <snowcoder/core/hash.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/thread_pool.hpp>
#include <snowcoder/core/words.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

struct ngram_settings {
  int order = 2;  ///< words in the longest n-gram
  int bits = 20;  ///< 2^bits buckets
  int epochs = 5;
  double rate = 0.5;
  friend bool operator==(ngram_settings const&, ngram_settings const&) = default;
};

/// A text as buckets and values: 1 + log of the count, the whole scaled to length one, so that files of all lengths are alike.
struct ngram_features {
  std::vector<std::pair<std::uint32_t, float>> values;  ///< by bucket
};

/// Words are runs of [A-Za-z0-9_] as they are, and every other visible byte for itself.
inline ngram_features ngrams_of(std::string_view text, ngram_settings const& s) {
  std::vector<std::uint32_t> buckets;
  std::vector<std::uint64_t> last;  // hashes of the words before, the latest at the end
  auto const add = [&](std::string_view word) {
    last.push_back(hash64(word, 0x6e6772616d));
    if (last.size() > std::size_t(s.order)) last.erase(last.begin());
    std::uint64_t h = 0;
    for (std::size_t n = 1; n <= last.size(); ++n) {
      h = mix64(h, last[last.size() - n]);
      buckets.push_back(std::uint32_t(h >> (64 - s.bits)));
    }
  };
  for (std::size_t i = 0; i < text.size();) {
    auto const begin = i++;
    if (is_word_byte(text[begin]))
      while (i < text.size() && is_word_byte(text[i])) ++i;
    else if (text[begin] == ' ' || (text[begin] >= '\t' && text[begin] <= '\r'))
      continue;
    add(text.substr(begin, i - begin));
  }
  std::sort(buckets.begin(), buckets.end());
  ngram_features f;
  double squares = 0;
  for (std::size_t i = 0; i < buckets.size();) {
    auto const begin = i;
    while (i < buckets.size() && buckets[i] == buckets[begin]) ++i;
    double const value = 1 + std::log(double(i - begin));
    f.values.emplace_back(buckets[begin], float(value));
    squares += value * value;
  }
  for (auto& [bucket, value] : f.values) value = float(double(value) / std::sqrt(squares));
  return f;
}

struct ngram_model {
  ngram_settings settings;
  std::vector<float> weights;  ///< (2^bits)
  float bias = 0;

  double logit(ngram_features const& f) const {
    double sum = double(bias);
    for (auto const& [bucket, value] : f.values) sum += double(weights[bucket]) * double(value);
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
    double loss = 0;
    for (auto i : sequence) {
      auto const& e = examples[i];
      double const raw = m.logit(e.text), label = e.positive ? 1 : 0;
      loss += std::max(raw, 0.0) - raw * label + std::log1p(std::exp(-std::abs(raw)));
      double const slope = sigmoid(raw) - label;
      for (auto const& [bucket, value] : e.text.values) move(m.weights[bucket], squares[bucket], slope * double(value));
      move(m.bias, bias_squares, slope);
    }
    if (after_epoch) after_epoch(epoch, loss / double(std::max<std::size_t>(1, examples.size())));
  }
  return m;
}

class ngram_scorer {
 public:
  /// The pool must outlive the scorer.
  ngram_scorer(ngram_model model, thread_pool& threads) : model_(std::move(model)), threads_(&threads) {}

  std::vector<std::string> names() const { return {"ngram"}; }
  /// The probability that a text is of the positives.
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1, std::vector<score>(page.size()));
    threads_->for_each_index(std::int64_t(page.size()), [&](std::int64_t i) {
      auto& s = all[0][std::size_t(i)];
      s.id = page[std::size_t(i)].id;
      s.value = sigmoid(model_.logit(ngrams_of(page[std::size_t(i)].text, model_.settings)));
    });
    return all;
  }

 private:
  ngram_model model_;
  thread_pool* threads_;
};
static_assert(scorer<ngram_scorer>);

}  // namespace snowcoder::annotate

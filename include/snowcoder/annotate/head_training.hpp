// SPDX-License-Identifier: Apache-2.0
// Trains a head on cached vectors: mini-batch AdamW without decay, linear decay of the rate, squared error for a regressor,
// logistic loss for a classifier; the epoch that does best on held-out examples is kept (FineWeb-Edu's public settings,
// see the recipe's annotator value). Batches, order and sums are fixed by seed and shapes: same examples, same head.
#pragma once

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/calibrate.hpp>
#include <snowcoder/annotate/head.hpp>
#include <snowcoder/annotate/training_set.hpp>
#include <snowcoder/backend/adamw_step.hpp>
#include <snowcoder/backend/operand.hpp>
#include <snowcoder/config/annotator.hpp>
#include <snowcoder/config/optimizer.hpp>
#include <snowcoder/core/philox.hpp>
#include <snowcoder/core/tensor_view.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

/// What held-out examples say of the kept head. `quality` chooses the epoch: macro-F1 for a regressor (over the classes of its
/// scale), ROC-AUC for a classifier. A regressor says "yes" from the upper half of its scale on (3 of 0 to 5), a classifier
/// from 0.5.
struct head_quality {
  double quality = 0, loss = 0;
  double macro_f1 = 0, roc_auc = 0;  ///< of a classifier over its two classes; of a regressor for "yes"
  int epoch = 0;                     ///< kept, from 1
  std::int64_t trained = 0, held_out = 0;
  std::vector<calibration_bin> calibration;
  std::vector<language_confusion> by_language;
};

struct trained_head {
  head trained;
  head_quality quality;
};

namespace detail {

/// True for held-out examples: by draws, the same share of every label.
inline std::vector<bool> hold_out(std::span<example const> examples, double share, std::uint64_t seed) {
  std::map<long, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < examples.size(); ++i) by_label[std::lround(double(examples[i].label))].push_back(i);
  draws const source("annotator held out", seed);
  std::vector<bool> held(examples.size(), false);
  for (auto& [label, members] : by_label) {
    shuffle(members, source, std::uint64_t(label));
    auto const count = std::size_t(std::lround(share * double(members.size())));
    for (std::size_t i = 0; i < std::min(count, members.size() - 1); ++i) held[members[i]] = true;
  }
  return held;
}

inline loss_and_slope loss_of(double raw, double label, bool regression) {
  if (regression) return {(raw - label) * (raw - label), 2 * (raw - label)};
  return logistic_loss(raw, label);
}

/// One head with its optimizer state; Device's memory must be the host's.
template <class Device>
class head_trainer {
  using floats = typename Device::template buffer<float>;

 public:
  head_trainer(Device& device, head start, std::int64_t batch)
      : device_(device),
        head_(std::move(start)),
        weights_(std::int64_t(head_.parameters.size())),
        first_(weights_.size()),
        second_(weights_.size()),
        gradient_(weights_.size()),
        x_(batch * head_.width),
        features_(x_.size()),
        slopes_(x_.size()) {
    std::copy(head_.parameters.begin(), head_.parameters.end(), weights_.data());
  }

  /// One update on `members` of `examples`; `step` counts from 1.
  void step(std::span<example const> examples, std::span<std::size_t const> members, double rate, std::int64_t step) {
    auto const n = std::int64_t(members.size()), width = head_.width;
    for (std::int64_t i = 0; i < n; ++i) {
      auto const& v = examples[members[std::size_t(i)]].vector;
      std::copy(v.begin(), v.end(), x_.data() + i * width);
    }
    float const* const f = features(n);
    auto const pool = head_.pool_size();
    float const* const w = weights_.data() + pool;
    std::fill_n(gradient_.data(), gradient_.size(), 0.0f);
    float* const gw = gradient_.data() + pool;
    for (std::int64_t i = 0; i < n; ++i) {
      double raw = double(w[width]);
      for (std::int64_t j = 0; j < width; ++j) raw += double(w[j]) * double(f[i * width + j]);
      float const slope =
          float(loss_of(raw, double(examples[members[std::size_t(i)]].label), is_regression(head_.recipe)).slope / double(n));
      for (std::int64_t j = 0; j < width; ++j) {
        float const value = f[i * width + j];
        gw[j] += slope * value;
        slopes_.data()[i * width + j] = slope * w[j] * (1 - value * value);
      }
      gw[width] += slope;
    }
    if (pool) {
      matmul(device_, matrix_view<float>(gradient_.data(), width, width),
             transposed(matrix_view<float const>(slopes_.data(), n, width)), operand<float>(x_.data(), n, width, width, 1),
             product_options{});
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < width; ++j) gradient_.data()[width * width + j] += slopes_.data()[i * width + j];
    }
    constexpr config::optimizer adam{.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0};
    adamw(device_, weights_.data(), first_.data(), second_.data(), gradient_.data(), weights_.size(),
          adamw_step(adam, rate, step, 1.0, false));
  }

  head const& current() {
    head_.parameters.assign(weights_.data(), weights_.data() + weights_.size());
    return head_;
  }

 private:
  float const* features(std::int64_t n) {
    auto const width = head_.width;
    if (head_.pool_size() == 0) return x_.data();
    matmul(device_, matrix_view<float>(features_.data(), n, width), operand<float>(x_.data(), n, width, width, 1),
           transposed(matrix_view<float const>(weights_.data(), width, width)),
           product_options{.bias = weights_.data() + width * width});
    for (std::int64_t i = 0; i < n * width; ++i) features_.data()[i] = std::tanh(features_.data()[i]);
    return features_.data();
  }

  Device& device_;
  head head_;
  floats weights_, first_, second_, gradient_, x_, features_, slopes_;
};

inline head_quality measure(head const& h, std::span<example const> examples, std::span<std::size_t const> members,
                            config::annotator const& a) {
  head_quality q;
  bool const regression = is_regression(h.recipe);
  double const yes = regression ? std::ceil((a.edu_lowest + a.edu_highest) / 2.0) : 0.5;
  std::vector<float> predictions, labels;
  std::vector<double> values, positives, negatives;
  std::vector<config::language> languages;
  for (auto m : members) {
    auto const& e = examples[m];
    auto const raw = double(h(e.vector));
    labels.push_back(e.label);
    languages.push_back(e.language);
    values.push_back(regression ? raw : sigmoid(raw));
    predictions.push_back(float(values.back()));
    (double(e.label) >= yes ? positives : negatives).push_back(raw);
    q.loss += loss_of(raw, double(e.label), regression).loss;
  }
  double const low = regression ? a.edu_lowest : 0, high = regression ? a.edu_highest : 1;
  q.held_out = std::int64_t(members.size());
  q.loss /= double(std::max<std::size_t>(1, members.size()));
  q.macro_f1 = macro_f1(confusion(labels, predictions, int(low), int(high)));
  q.roc_auc = roc_auc(positives, negatives);
  q.quality = regression ? q.macro_f1 : q.roc_auc;
  q.calibration = calibration(values, labels, low, high);
  q.by_language = confusion_by_language(languages, labels, values, yes);
  return q;
}

}  // namespace detail

/// Trains on `set`. Of epochs with equal quality the one with the lower loss is kept, then the earlier; without examples of
/// both classes to hold out, the loss alone decides, and without any, the last epoch is kept.
template <class Device>
trained_head train_head(Device& device, training_set const& set, std::int64_t width, config::annotator const& a,
                        config::annotator_recipe recipe, config::head_shape shape, std::uint64_t seed,
                        std::function<void(int epoch, head_quality const&)> const& after_epoch = {}) {
  std::span<example const> const examples = set.examples;
  auto const held = detail::hold_out(examples, a.held_out, seed);
  std::vector<std::size_t> training, held_out;
  for (std::size_t i = 0; i < examples.size(); ++i) (held[i] ? held_out : training).push_back(i);

  head start{shape, recipe, width, std::vector<float>(std::size_t(head::size(shape, width)))};
  draws const initial("annotator head", seed);
  auto const biases = [&](std::int64_t i) {  // [P, p,] w, b: p and b start at zero
    auto const pool = start.pool_size();
    return (pool && i >= width * width && i < pool) || i == pool + width;
  };
  for (std::int64_t i = 0; i < std::int64_t(start.parameters.size()); ++i)
    start.parameters[std::size_t(i)] = biases(i) ? 0.0f : float(0.02 * initial.normal(std::uint64_t(i)));

  auto const batch = std::min<std::size_t>(std::size_t(a.batch), training.size());
  auto const batches = (training.size() + batch - 1) / batch, steps = batches * std::size_t(a.epochs);
  detail::head_trainer<Device> trainer(device, start, std::int64_t(batch));
  draws const order("annotator epoch", seed);
  trained_head best;
  std::size_t done = 0;
  for (int epoch = 1; epoch <= a.epochs; ++epoch) {
    auto shuffled = training;
    shuffle(shuffled, order, std::uint64_t(epoch));
    for (std::size_t b = 0; b < batches; ++b, ++done) {
      auto const members = std::span(shuffled).subspan(b * batch, std::min(batch, shuffled.size() - b * batch));
      trainer.step(examples, members, a.rate * double(steps - done) / double(steps), std::int64_t(done) + 1);
    }
    auto const& now = trainer.current();
    auto q = detail::measure(now, examples, held_out, a);
    q.epoch = epoch;
    q.trained = std::int64_t(training.size());
    if (after_epoch) after_epoch(epoch, q);
    auto const& old = best.quality;
    bool const better =
        held_out.empty() || epoch == 1 || q.quality > old.quality || (!(q.quality < old.quality) && q.loss < old.loss);
    if (better) best = {now, q};
  }
  return best;
}

}  // namespace snowcoder::annotate

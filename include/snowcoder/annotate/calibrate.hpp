// SPDX-License-Identifier: Apache-2.0
// How far a head can be believed, on examples that it was not trained on: macro-F1 over the classes of a regressor,
// calibration of a classifier's probabilities, and what it confuses in which language.
#pragma once

#include <snowcoder/config/language.hpp>

#include <xtensor/xmath.hpp>
#include <xtensor/xsort.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace snowcoder::annotate {

/// counts(actual, predicted) over classes lowest..highest; values are rounded and clipped to them.
inline xt::xtensor<double, 2> confusion(std::span<float const> actual, std::span<float const> predicted, int lowest,
                                        int highest) {
  auto const classes = std::size_t(highest - lowest + 1);
  auto const class_of = [&](float v) {
    return std::size_t(std::clamp(std::lround(double(v)), long(lowest), long(highest)) - lowest);
  };
  xt::xtensor<double, 2> counts = xt::zeros<double>({classes, classes});
  for (std::size_t i = 0; i < actual.size(); ++i) counts(class_of(actual[i]), class_of(predicted[i])) += 1;
  return counts;
}

/// The mean F1 of the classes that occur, as label or as prediction (scikit-learn's macro average); 0 for no examples.
inline double macro_f1(xt::xtensor<double, 2> const& counts) {
  xt::xtensor<double, 1> const actual = xt::sum(counts, {1}), predicted = xt::sum(counts, {0}), right = xt::diagonal(counts);
  xt::xtensor<double, 1> const occurs = xt::cast<double>(actual + predicted > 0.0);
  double const classes = xt::sum(occurs)();
  if (classes == 0) return 0;
  return xt::sum(2.0 * right / xt::maximum(actual + predicted, 1.0))() / classes;
}

/// Examples whose prediction lies in [low, high): how many, their mean prediction, and their mean label (of a classifier: the
/// share that is positive).
struct calibration_bin {
  double low = 0, high = 0, predicted = 0, observed = 0;
  std::int64_t count = 0;
};

/// Ten bins of equal width from `low` to `high`; predictions beyond count in the first or last.
inline std::vector<calibration_bin> calibration(std::span<double const> predictions, std::span<float const> labels,
                                                double low = 0, double high = 1) {
  constexpr std::size_t bins = 10;
  double const width = (high - low) / bins;
  std::vector<calibration_bin> all(bins);
  for (std::size_t b = 0; b < bins; ++b) all[b] = {low + double(b) * width, low + double(b + 1) * width, 0, 0, 0};
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    auto const place = std::clamp((predictions[i] - low) / width, 0.0, double(bins - 1));
    auto& b = all[std::size_t(place)];
    b.predicted += predictions[i];
    b.observed += double(labels[i]);
    ++b.count;
  }
  for (auto& b : all)
    if (b.count) b.predicted /= double(b.count), b.observed /= double(b.count);
  return all;
}

/// Mean distance of prediction and label over the bins, weighted by their examples: the expected calibration error.
inline double calibration_error(std::span<calibration_bin const> bins) {
  double sum = 0, count = 0;
  for (auto const& b : bins) {
    sum += double(b.count) * std::abs(b.predicted - b.observed);
    count += double(b.count);
  }
  return count > 0 ? sum / count : 0;
}

/// Right and wrong decisions in one language; a decision is "yes" from a threshold on.
struct language_confusion {
  config::language language = config::language::other;
  std::int64_t true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;
};

/// By language in the paper's order; languages without examples are left out.
inline std::vector<language_confusion> confusion_by_language(std::span<config::language const> languages,
                                                             std::span<float const> labels, std::span<double const> values,
                                                             double threshold) {
  std::array<language_confusion, config::language_count + 1> all;
  for (std::size_t l = 0; l < all.size(); ++l) all[l].language = static_cast<config::language>(l);
  for (std::size_t i = 0; i < languages.size(); ++i) {
    auto& c = all[std::size_t(languages[i])];
    bool const is = double(labels[i]) >= threshold, said = values[i] >= threshold;
    ++(is ? (said ? c.true_positives : c.false_negatives) : (said ? c.false_positives : c.true_negatives));
  }
  std::vector<language_confusion> seen;
  for (auto const& c : all)
    if (c.true_positives + c.false_positives + c.true_negatives + c.false_negatives) seen.push_back(c);
  return seen;
}

}  // namespace snowcoder::annotate

// SPDX-License-Identifier: Apache-2.0
// ROC-AUC against counting pairs, its interval, macro-F1 and calibration on cases that can be done by hand.
#include "support/catch.hpp"

#include <snowcoder/annotate/auc.hpp>
#include <snowcoder/annotate/calibrate.hpp>
#include <snowcoder/core/philox.hpp>

#include <cmath>
#include <vector>

using namespace snowcoder;

namespace {
double by_pairs(std::vector<double> const& positives, std::vector<double> const& negatives) {
  double won = 0;
  for (auto p : positives)
    for (auto n : negatives) won += p > n ? 1 : p == n ? 0.5 : 0;
  return won / double(positives.size() * negatives.size());
}
std::vector<double> values(std::uint64_t side, std::size_t count, double shift, std::int64_t steps) {
  draws const source("auc test", side);
  std::vector<double> v(count);
  for (std::size_t i = 0; i < count; ++i) v[i] = std::floor((source.normal(i) + shift) * double(steps)) / double(steps);
  return v;
}
}  // namespace

TEST_CASE("the area is the share of pairs won, ties half") {
  for (std::int64_t steps : {1, 2, 1'000'000})
    for (std::size_t n : {1u, 7u, 60u}) {
      auto const p = values(1, n, 0.5, steps), q = values(2, n + 13, 0, steps);
      CHECK(annotate::roc_auc(p, q) == Approx(by_pairs(p, q)).epsilon(1e-12));
      CHECK(annotate::roc_auc(p, q) + annotate::roc_auc(q, p) == Approx(1));
    }
  CHECK(annotate::roc_auc(std::vector<double>{2, 3}, std::vector<double>{0, 1}) == 1);
  CHECK(annotate::roc_auc(std::vector<double>{1, 1}, std::vector<double>{1, 1, 1}) == 0.5);
  CHECK(std::isnan(annotate::roc_auc({}, std::vector<double>{1})));
}

TEST_CASE("the interval holds the area, narrows with more examples, and is drawn alike") {
  auto const small = annotate::auc_with_interval(values(1, 40, 1, 1000), values(2, 40, 0, 1000), 5, 400);
  auto const large = annotate::auc_with_interval(values(1, 1000, 1, 1000), values(2, 1000, 0, 1000), 5, 400);
  CHECK((small.low <= small.value && small.value <= small.high));
  CHECK((large.low < large.value && large.value < large.high));
  CHECK(large.high - large.low < (small.high - small.low) / 2);
  CHECK(std::abs(large.value - 0.7602) < 0.03);  // Phi(1 / sqrt 2)
  auto const again = annotate::auc_with_interval(values(1, 40, 1, 1000), values(2, 40, 0, 1000), 5, 400);
  CHECK((again.low == small.low && again.high == small.high));
}

TEST_CASE("macro-F1 by hand") {
  std::vector<float> const actual{0, 0, 1, 1, 2, 2}, predicted{0.2f, 0.9f, 1.1f, 0.6f, 9.0f, -3.0f};  // 0 1 1 1 5 0 over 0..5
  auto const counts = annotate::confusion(actual, predicted, 0, 5);
  CHECK(counts(2, 5) == 1);
  CHECK(counts(2, 0) == 1);
  CHECK(annotate::macro_f1(counts) == Approx((0.5 + 0.8 + 0 + 0) / 4));  // classes 0, 1, 2 and 5 occur
  CHECK(annotate::macro_f1(annotate::confusion(actual, actual, 0, 5)) == 1);
  CHECK(annotate::macro_f1(annotate::confusion({}, {}, 0, 5)) == 0);
}

TEST_CASE("calibration bins and confusion by language") {
  std::vector<double> const p{0.05, 0.05, 0.95, 1.0, 0.55};
  std::vector<float> const labels{0, 1, 1, 1, 0};
  auto const bins = annotate::calibration(p, labels);
  REQUIRE(bins.size() == 10);
  CHECK(bins[0].count == 2);
  CHECK(bins[0].observed == 0.5);
  CHECK(bins[9].count == 2);
  CHECK(bins[9].predicted == Approx(0.975));
  CHECK(bins[5].observed == 0);
  using config::language;
  std::vector<language> const languages{language::go, language::python, language::go, language::python, language::go};
  auto const seen = annotate::confusion_by_language(languages, labels, p, 0.5);
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].language == language::python);
  CHECK(seen[0].false_negatives == 1);
  CHECK(seen[0].true_positives == 1);
  CHECK(seen[1].true_negatives == 1);
  CHECK(seen[1].true_positives == 1);
  CHECK(seen[1].false_positives == 1);
}

// SPDX-License-Identifier: Apache-2.0
// Area under the ROC curve, with a bootstrap interval: the paper's cheap gate for choosing an annotator (Figure 2).
#pragma once

#include <snowcoder/core/philox.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::annotate {

namespace detail {
/// Scores in rising order, ties together: which of them are positive, and the weight of each.
struct ranked {
  struct item {
    double value;
    bool positive;
    std::size_t index;  ///< in its own class
  };
  std::vector<item> items;

  ranked(std::span<double const> positives, std::span<double const> negatives) {
    for (std::size_t i = 0; i < positives.size(); ++i) items.push_back({positives[i], true, i});
    for (std::size_t i = 0; i < negatives.size(); ++i) items.push_back({negatives[i], false, i});
    std::sort(items.begin(), items.end(), [](item const& a, item const& b) { return a.value < b.value; });
  }
  /// Pairs won by a positive, ties half, over all pairs; weight(positive, index) says how often an item counts.
  template <class Weight>
  double area(Weight const& weight) const {
    double won = 0, below = 0, positives = 0;
    for (std::size_t i = 0; i < items.size();) {
      double up = 0, down = 0;
      auto const value = items[i].value;
      for (; i < items.size() && items[i].value == value; ++i)
        (items[i].positive ? up : down) += double(weight(items[i].positive, items[i].index));
      won += up * (below + down / 2);
      below += down;
      positives += up;
    }
    return won / (positives * below);
  }
};
}  // namespace detail

/// The chance that a positive scores above a negative, ties counted half; NaN when a side is empty.
inline double roc_auc(std::span<double const> positives, std::span<double const> negatives) {
  if (positives.empty() || negatives.empty()) return std::numeric_limits<double>::quiet_NaN();
  return detail::ranked(positives, negatives).area([](bool, std::size_t) { return 1; });
}

struct auc_estimate {
  double value = 0, low = 0, high = 0;  ///< 95 % percentile interval
  std::int64_t positives = 0, negatives = 0;
};

/// The area and its interval from `resamples` bootstrap samples of both sides, each drawn by its number.
inline auc_estimate auc_with_interval(std::span<double const> positives, std::span<double const> negatives, std::uint64_t seed,
                                      int resamples = 1000) {
  auc_estimate e{roc_auc(positives, negatives), 0, 0, std::int64_t(positives.size()), std::int64_t(negatives.size())};
  e.low = e.high = e.value;
  if (positives.empty() || negatives.empty() || resamples < 1) return e;
  detail::ranked const order(positives, negatives);
  draws const source("auc bootstrap", seed);
  std::vector<double> areas;
  std::vector<int> counts[2];
  for (int r = 0; r < resamples; ++r) {
    for (int side = 0; side < 2; ++side) {
      auto const n = side ? positives.size() : negatives.size();
      counts[side].assign(n, 0);
      for (std::size_t i = 0; i < n; ++i) ++counts[side][source.below(n, i, std::uint64_t(2 * r + side))];
    }
    areas.push_back(order.area([&](bool positive, std::size_t i) { return counts[positive][i]; }));
  }
  std::sort(areas.begin(), areas.end());
  auto const at = [&](double share) { return areas[std::size_t(share * double(areas.size() - 1) + 0.5)]; };
  e.low = at(0.025);
  e.high = at(0.975);
  return e;
}

}  // namespace snowcoder::annotate

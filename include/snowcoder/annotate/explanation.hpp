// SPDX-License-Identifier: Apache-2.0
// What a score follows (reviewers of the paper asked): its rank correlation with plain traits of the files, over all files and
// inside each language; how much of its variance is between languages; and what it is without one of its sections.
#pragma once

#include <snowcoder/annotate/text_traits.hpp>
#include <snowcoder/config/language.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace snowcoder::annotate {

/// One scored file. Without three different sections there are no logits.
struct explained_file {
  double value = 0;
  config::language language = config::language::other;
  text_traits traits;
  std::optional<std::array<float, 3>> logits;
};

/// Ranks from 1, equal values share their mean rank.
inline std::vector<double> ranks_of(std::span<double const> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t i = 0; i < order.size();) {
    auto const begin = i;
    while (i < order.size() && values[order[i]] == values[order[begin]]) ++i;
    for (auto k = begin; k < i; ++k) ranks[order[k]] = double(begin + i + 1) / 2;
  }
  return ranks;
}

/// Pearson's correlation; NaN where a side does not vary.
inline double correlation(std::span<double const> x, std::span<double const> y) {
  auto const n = double(x.size());
  double const mx = std::accumulate(x.begin(), x.end(), 0.0) / n, my = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx);
    yy += (y[i] - my) * (y[i] - my);
    xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : std::numeric_limits<double>::quiet_NaN();
}
inline double spearman(std::span<double const> x, std::span<double const> y) { return correlation(ranks_of(x), ranks_of(y)); }

/// A correlation with its 95 % interval by Fisher's transformation; NaN for fewer than four files.
struct correlation_estimate {
  double value = std::numeric_limits<double>::quiet_NaN(), low = value, high = value;
};
inline correlation_estimate spearman_with_interval(std::span<double const> x, std::span<double const> y) {
  correlation_estimate e;
  if (x.size() < 4) return e;
  e.value = spearman(x, y);
  double const z = std::atanh(std::clamp(e.value, -1 + 1e-12, 1 - 1e-12)), reach = 1.96 / std::sqrt(double(x.size()) - 3);
  e.low = std::tanh(z - reach);
  e.high = std::tanh(z + reach);
  return e;
}

struct trait_correlation {
  std::string_view trait;
  correlation_estimate all;
  double within = 0;  ///< mean of the languages' own correlations, weighted by their files; NaN without any
};
/// What the score is without a section: the mean logit of the other two.
struct section_occlusion {
  std::string_view section;
  double shift = 0;  ///< mean change of the mean logit
  double rank = 0;   ///< rank correlation with the whole score
  double stay = 0;   ///< share of the best tenth that remains in the best tenth
};
struct explanation {
  std::vector<trait_correlation> traits;
  double language_share = 0;                  ///< of the variance of the score, between languages (eta squared)
  std::vector<section_occlusion> occlusions;  ///< over the files with three different sections; empty without any
  std::int64_t files = 0, sectioned = 0;
};

/// A language counts for `within` from this many files on.
inline constexpr std::size_t least_files = 20;

namespace detail {

inline double share_between_languages(std::span<explained_file const> files) {
  double mean = 0, total = 0, between = 0;
  std::map<config::language, std::pair<double, double>> groups;
  for (auto const& f : files) mean += f.value / double(files.size());
  for (auto const& f : files) {
    total += (f.value - mean) * (f.value - mean);
    auto& [sum, count] = groups[f.language];
    sum += f.value;
    ++count;
  }
  for (auto const& [l, g] : groups) between += g.second * (g.first / g.second - mean) * (g.first / g.second - mean);
  return total > 0 ? between / total : std::numeric_limits<double>::quiet_NaN();
}

inline std::vector<section_occlusion> occlusions_of(std::span<explained_file const> files) {
  std::vector<std::array<float, 3>> logits;
  for (auto const& f : files)
    if (f.logits) logits.push_back(*f.logits);
  std::vector<section_occlusion> all;
  if (logits.size() < 10) return all;
  std::vector<double> whole, without(logits.size());
  for (auto const& l : logits) whole.push_back((double(l[0]) + double(l[1]) + double(l[2])) / 3);
  auto const best = ranks_of(whole);
  auto const edge = double(logits.size()) * 0.9;
  for (std::size_t s = 0; s < 3; ++s) {
    section_occlusion o{std::array<std::string_view, 3>{"top", "middle", "bottom"}[s]};
    for (std::size_t i = 0; i < logits.size(); ++i) {
      without[i] = (double(logits[i][(s + 1) % 3]) + double(logits[i][(s + 2) % 3])) / 2;
      o.shift += (without[i] - whole[i]) / double(logits.size());
    }
    auto const now = ranks_of(without);
    o.rank = correlation(best, now);
    double top = 0, stay = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
      top += best[i] > edge;
      stay += best[i] > edge && now[i] > edge;
    }
    o.stay = top > 0 ? stay / top : std::numeric_limits<double>::quiet_NaN();
    all.push_back(o);
  }
  return all;
}

}  // namespace detail

inline explanation explain(std::span<explained_file const> files) {
  explanation e;
  e.files = std::int64_t(files.size());
  for (auto const& f : files) e.sectioned += f.logits.has_value();
  std::map<config::language, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < files.size(); ++i) groups[files[i].language].push_back(i);
  std::vector<double> values;
  for (auto const& f : files) values.push_back(f.value);
  for (std::size_t t = 0; t < text_traits::names.size(); ++t) {
    std::vector<double> trait;
    for (auto const& f : files) trait.push_back(f.traits.values()[t]);
    trait_correlation c{text_traits::names[t], spearman_with_interval(values, trait)};
    double sum = 0, weight = 0;
    for (auto const& [l, members] : groups) {
      if (members.size() < least_files) continue;
      std::vector<double> x, y;
      for (auto i : members) {
        x.push_back(values[i]);
        y.push_back(trait[i]);
      }
      auto const r = spearman(x, y);
      if (!std::isfinite(r)) continue;
      sum += r * double(members.size());
      weight += double(members.size());
    }
    c.within = weight > 0 ? sum / weight : std::numeric_limits<double>::quiet_NaN();
    e.traits.push_back(c);
  }
  e.language_share = detail::share_between_languages(files);
  e.occlusions = detail::occlusions_of(files);
  return e;
}

}  // namespace snowcoder::annotate

// SPDX-License-Identifier: Apache-2.0
// What a number of bands and rows finds: two sets with Jaccard index s share a band with probability 1 - (1 - s^rows)^bands.
#pragma once

namespace snowcoder::dedup {

/// Probability that two sets with Jaccard index `similarity` share a band.
constexpr double hit_probability(double similarity, int bands, int rows) {
  double band = 1;
  for (int i = 0; i < rows; ++i) band *= similarity;
  double miss = 1;
  for (int i = 0; i < bands; ++i) miss *= 1 - band;
  return 1 - miss;
}

/// Where the curve is steepest, nearly: (1 / bands)^(1 / rows).
constexpr double knee(int bands, int rows) {
  double low = 0, high = 1;
  for (int i = 0; i < 60; ++i) {
    double const middle = (low + high) / 2;
    double band = 1;
    for (int r = 0; r < rows; ++r) band *= middle;
    (band * bands < 1 ? low : high) = middle;
  }
  return low;
}

struct band_shape {
  int bands = 0, rows = 0;
  friend constexpr bool operator==(band_shape const&, band_shape const&) = default;
};

/// The shape of at most `permutations` values with the least error around a threshold: the area under the curve below it
/// (false candidates) plus the area above the curve beyond it (missed pairs), each with its weight. Areas by the midpoint rule
/// with steps of 0.001, and the first of equal shapes, as datasketch's optimal_param does, so that answers agree.
inline band_shape optimal_bands(double threshold, int permutations, double false_weight = 0.5, double missed_weight = 0.5) {
  constexpr double step = 0.001;
  band_shape best;
  double least = 0;
  for (int bands = 1; bands <= permutations; ++bands)
    for (int rows = 1; rows <= permutations / bands; ++rows) {
      double found = 0, missed = 0;
      for (double s = 0; s < threshold; s += step) found += hit_probability(s + step / 2, bands, rows) * step;
      for (double s = threshold; s < 1; s += step) missed += (1 - hit_probability(s + step / 2, bands, rows)) * step;
      double const error = found * false_weight + missed * missed_weight;
      if (best.bands == 0 || error < least) {
        least = error;
        best = {bands, rows};
      }
    }
  return best;
}

}  // namespace snowcoder::dedup

// SPDX-License-Identifier: Apache-2.0
// The next token from logits: the largest (the paper's greedy decoding), or one drawn at a temperature from the smallest set
// that holds top_p of the probability. The draw is keyed by seed and position, so an answer can be had again.
#pragma once

#include <snowcoder/core/philox.hpp>
#include <snowcoder/generate/token_choice.hpp>
#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace snowcoder::generate {

struct sampling {
  double temperature = 0;  ///< 0: greedy
  double top_p = 1;
  std::uint64_t seed = 0;
};

/// The largest logit; of equal ones the first.
inline token_id greedy(std::span<float const> logits) {
  return token_id(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

/// The token at `position` of an answer.
inline token_id sample(std::span<float const> logits, sampling const& how, std::int64_t position) {
  auto const best = greedy(logits);
  if (how.temperature <= 0) return best;
  std::vector<double> weight(logits.size());
  double const top = double(logits[std::size_t(best)]);
  std::transform(logits.begin(), logits.end(), weight.begin(),
                 [&](float l) { return std::exp((double(l) - top) / how.temperature); });
  double const all = std::accumulate(weight.begin(), weight.end(), 0.0);
  double const point = draws("sampled token", how.seed).uniform(std::uint64_t(position));
  auto const walk = [&](double left, auto const& ids, std::size_t count) {
    std::size_t i = 0;
    while (i + 1 < count && (left -= weight[std::size_t(ids(i))]) >= 0) ++i;
    return token_id(ids(i));
  };
  if (how.top_p >= 1)
    return walk(
        point * all, [](std::size_t i) { return i; }, weight.size());
  // Sorting all ids would cost more than the model: the likeliest few nearly always hold enough.
  for (std::size_t tried = 128;; tried *= 8) {
    auto const order = largest(logits, tried);
    double kept = 0;
    std::size_t count = 0;
    while (count < order.size() && (count == 0 || kept < how.top_p * all)) kept += weight[std::size_t(order[count++])];
    if (kept >= how.top_p * all || order.size() == weight.size())
      return walk(
          point * kept, [&](std::size_t i) { return order[i]; }, count);
  }
}

}  // namespace snowcoder::generate

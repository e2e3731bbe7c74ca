// SPDX-License-Identifier: Apache-2.0
// The next token from logits: the largest (the paper's greedy decoding), or one drawn at a temperature from the smallest set
// that holds top_p of the probability. The draw is keyed by seed and position, so an answer can be had again.
#pragma once

#include <snowcoder/core/philox.hpp>
#include <snowcoder/record/token_run.hpp>

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
  std::vector<token_id> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](token_id a, token_id b) { return weight[std::size_t(a)] > weight[std::size_t(b)]; });
  double const all = std::accumulate(weight.begin(), weight.end(), 0.0);
  double kept = 0;
  std::size_t count = 0;
  while (count < order.size() && (count == 0 || kept < how.top_p * all)) kept += weight[std::size_t(order[count++])];
  double left = draws("sampled token", how.seed).uniform(std::uint64_t(position)) * kept;
  for (std::size_t i = 0; i < count; ++i)
    if ((left -= weight[std::size_t(order[i])]) < 0) return order[i];
  return order[count - 1];
}

}  // namespace snowcoder::generate

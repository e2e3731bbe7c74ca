// SPDX-License-Identifier: Apache-2.0
// How likely a token was among all others, and which ones would have been likelier.
#pragma once

#include <snowcoder/record/token_id.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace snowcoder::generate {

struct token_choice {
  token_id id = 0;
  std::optional<double> logprob;                  ///< natural logarithm; none for a token that nothing came before
  std::vector<std::pair<token_id, double>> best;  ///< the likeliest tokens with theirs, best first
};

/// Ids of the `count` largest logits, largest first; of equal ones the first.
inline std::vector<token_id> largest(std::span<float const> logits, std::size_t count) {
  std::vector<token_id> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), [&](token_id a, token_id b) {
    float const x = logits[std::size_t(a)], y = logits[std::size_t(b)];
    return x != y ? x > y : a < b;
  });
  order.resize(count);
  return order;
}

/// `id` under these logits, with the `count` likeliest tokens.
inline token_choice choice_of(token_id id, std::span<float const> logits, std::size_t count) {
  double const top = double(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (float l : logits) sum += std::exp(double(l) - top);
  double const all = top + std::log(sum);
  token_choice c{id, double(logits[std::size_t(id)]) - all, {}};
  for (auto best : largest(logits, count)) c.best.emplace_back(best, double(logits[std::size_t(best)]) - all);
  return c;
}

}  // namespace snowcoder::generate

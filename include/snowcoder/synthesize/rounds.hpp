// SPDX-License-Identifier: Apache-2.0
// How many seeds are asked: the best of every language first, until their answers hold its part of the tokens that the phase
// needs. How many tokens of an answer will be accepted is not known before, so seeds are asked in rounds, each as large as
// what was accepted so far makes likely. Where a round ends depends on the answers alone, neither on their order nor on how
// often the run was cut short; and nothing that was paid for is thrown away for being too much.
#pragma once

#include <snowcoder/config/synthesis.hpp>
#include <snowcoder/record/selection_manifest.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace snowcoder::synthesize {

/// Where a seed stands in the order of asking.
struct seed_place {
  config::language language = config::language::other;
  std::int64_t rank = 0;  ///< among the seeds of its language
  bool fresh = false;     ///< asked for the first time in this round
};

class seed_rounds {
 public:
  struct part {
    std::int64_t available = 0, asked = 0, asked_before = 0;  ///< seeds; asked_before: in earlier rounds
    double budget = 0;                                        ///< tokens
  };
  using parts_by_language = std::map<config::language, part>;

  /// The first round. `seeds`: of every language in the order of asking. `tokens`: of all answers together; 0: every seed is
  /// asked, at once.
  seed_rounds(std::vector<chosen_document> const& seeds, config::synthesis const& how, std::int64_t tokens) {
    std::map<config::language, double> weights;
    for (auto const& s : seeds) {
      places_.emplace(s.id, seed_place{s.language, parts_[s.language].available++, false});
      weights[s.language] += double(std::max<std::int64_t>(s.tokens, 1));
    }
    set_shares(weights, how);
    for (auto& [language, p] : parts_) {
      p.budget = tokens > 0 ? double(tokens) * weights[language] : std::numeric_limits<double>::infinity();
      // As if every answer were as long as it may be and accepted: never too many.
      double const fewest = std::ceil(p.budget / (double(how.answer_tokens) * how.outputs_per_seed));
      p.asked = std::int64_t(std::min(double(p.available), fewest));
    }
  }

  /// The next round, from the tokens accepted so far in each language. False: every language has its part, or no more seeds.
  bool next(std::map<config::language, std::int64_t> const& accepted) {
    bool more = false;
    for (auto& [language, p] : parts_) {
      p.asked_before = p.asked;
      auto const found = accepted.find(language);
      double const tokens = found == accepted.end() ? 0 : double(found->second), asked = double(p.asked);
      if (tokens >= p.budget) continue;
      double const likely = tokens > 0 ? std::ceil(asked * p.budget / tokens) : most_growth * asked;
      auto const wanted = std::int64_t(std::min(likely, most_growth * asked));
      p.asked = std::min(p.available, std::max(wanted, p.asked + 1 + p.asked / 64));  // a last few seeds are no round each
      more |= p.asked > p.asked_before;
    }
    return more;
  }

  /// Of a seed that is asked in this round or was before.
  std::optional<seed_place> find(std::string const& id) const {
    auto const found = places_.find(id);
    if (found == places_.end()) return {};
    auto place = found->second;
    auto const& p = parts_.at(place.language);
    place.fresh = place.rank >= p.asked_before;
    return place.rank < p.asked ? std::optional(place) : std::nullopt;
  }
  parts_by_language const& parts() const { return parts_; }
  std::int64_t asked() const {
    std::int64_t sum = 0;
    for (auto const& [language, p] : parts_) sum += p.asked;
    return sum;
  }
  std::int64_t fresh() const {
    std::int64_t sum = 0;
    for (auto const& [language, p] : parts_) sum += p.asked - p.asked_before;
    return sum;
  }

 private:
  static constexpr double most_growth = 8;  ///< of a round: the first answers of a language may be odd ones

  /// From tokens to shares: as the seeds have them, or, where the recipe reaches its Python share by choosing seeds, that share
  /// for Python and the rest in proportion for the others. With nothing on one side there is no such mix.
  static void set_shares(std::map<config::language, double>& weights, config::synthesis const& how) {
    double python = 0, others = 0;
    for (auto const& [language, w] : weights) (language == config::language::python ? python : others) += w;
    bool const by_seeds = how.mix == config::mix_rule::generate && python > 0 && others > 0;
    for (auto& [language, w] : weights) {
      if (!by_seeds)
        w /= python + others;
      else if (language == config::language::python)
        w = how.python_share;
      else
        w *= (1 - how.python_share) / others;
    }
  }

  std::unordered_map<std::string, seed_place> places_;
  parts_by_language parts_;
};

}  // namespace snowcoder::synthesize

// SPDX-License-Identifier: Apache-2.0
// The paper's "random" arm (Table 4): a hashed value, so that the control arm runs through the
// same budget code and keeps the language mix.
#pragma once

#include <snowcoder/annotate/scorer.hpp>
#include <snowcoder/core/philox.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace snowcoder::annotate {

class random_scorer {
 public:
  explicit random_scorer(std::uint64_t seed) : draw_("random scorer", seed) {}

  /// Uniform in [0, 1), by content: duplicates fall together.
  double value(hash128 const& content) const { return draw_.uniform(content.high, content.low); }

  std::vector<std::string> names() const { return {"random"}; }
  std::vector<std::vector<score>> score_page(std::span<document const> page) const {
    std::vector<std::vector<score>> all(1);
    for (auto const& d : page) {
      score s;
      s.id = d.id;
      s.value = value(d.content_hash());
      all[0].push_back(std::move(s));
    }
    return all;
  }

 private:
  draws draw_;
};

static_assert(scorer<random_scorer>);

}  // namespace snowcoder::annotate

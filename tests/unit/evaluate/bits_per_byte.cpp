// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <snowcoder/evaluate/bits_per_byte.hpp>

#include <cmath>
#include <set>
#include <vector>

using namespace snowcoder;

namespace {

/// Says ln 2 for every target, and keeps which ones it was asked for with how much before them.
struct one_bit_model {
  std::vector<std::pair<token_id, std::int64_t>> asked;
  double loss(matrix_view<token_id const> tokens, float* per_target) {
    for (std::int64_t i = 1; i < tokens.columns; ++i) {
      asked.emplace_back(tokens.row(0)[i], i);
      per_target[i - 1] = float(std::log(2.0));
    }
    return 0;
  }
};

}  // namespace

TEST_CASE("every token counts once, whatever the windows", "[evaluate]") {
  for (std::int64_t n : {0, 1, 7, 8, 9, 12, 13, 100}) {
    std::vector<token_id> ids;
    for (std::int64_t i = 1; i <= n; ++i) ids.push_back(token_id(i));
    one_bit_model model;
    auto const found = evaluate::measure(model, ids, 4 * n, 8);
    CHECK(found.bits == Approx(double(n)).epsilon(1e-6));
    CHECK(found.tokens == n);
    if (n > 0) CHECK(found.bits_per_byte() == Approx(0.25).epsilon(1e-6));
    std::set<token_id> seen;
    for (auto const& [id, before] : model.asked) {
      CHECK(before <= 8);
      if (seen.insert(id).second && id > 8) CHECK(before > 4);  // counted ids of later windows see half a context
    }
    CHECK(std::int64_t(seen.size()) == n);
  }
}
